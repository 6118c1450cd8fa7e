package keys

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/services/registry"
	"github.com/qiao-platform/qiao/services/standalone"
)

type secrets struct {
	*testing.T
	dir  string
	said string // what the operator was told
}

func made(t *testing.T) *secrets {
	t.Helper()
	s := &secrets{T: t, dir: filepath.Join(t.TempDir(), "secrets")}
	s.write()
	return s
}

func (s *secrets) try(anew ...string) error {
	return Write(s.dir, Platform{Postgres: "postgres:5432", Nodes: []string{"nats-1:6222"}, Partitions: 1, Anew: anew, Notice: func(text string) { s.said += text }})
}

func (s *secrets) write(anew ...string) {
	s.Helper()
	if err := s.try(anew...); err != nil {
		s.Fatal(err)
	}
}

func (s *secrets) put(name, content string) {
	s.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(content), 0o600); err != nil {
		s.Fatal(err)
	}
}

func (s *secrets) remove(name string) {
	s.Helper()
	if err := os.Remove(filepath.Join(s.dir, name)); err != nil {
		s.Fatal(err)
	}
}

// retrust writes an issuer's entry as another version wrote it.
func (s *secrets) retrust(name string, change func(map[string]any)) {
	s.Helper()
	all := map[string]map[string]any{}
	err := json.Unmarshal([]byte(s.read("trust.json")), &all)
	change(all[name])
	b, err2 := json.Marshal(all)
	if err := errors.Join(err, err2); err != nil {
		s.Fatal(err)
	}
	s.put("trust.json", string(b))
}

// record is what a service signs.
var record = []byte("what was signed")

// proves says whether what a signer signs is taken for a service's at a time.
func (s *secrets) proves(name string, by *auth.Signer, at time.Time, want bool) {
	s.Helper()
	if s.trust()[name].RecordKeys().Verify(record, by.SignRecord(record), at) != want {
		s.Errorf("what was signed at %s proves something: %v", at, !want)
	}
}

func (s *secrets) read(name string) string {
	s.Helper()
	b, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		s.Fatal(err)
	}
	return string(b)
}

func (s *secrets) key(name string) ed25519.PrivateKey {
	s.Helper()
	key, err := config.SigningKey(filepath.Join(s.dir, name+".key"))
	if err != nil {
		s.Fatal(err)
	}
	return key
}

func (s *secrets) signer(name string) *auth.Signer {
	s.Helper()
	return auth.NewSigner(name, s.key(name), clock.System())
}

func (s *secrets) trust() map[string]auth.Trusted {
	s.Helper()
	all, err := config.Trust(filepath.Join(s.dir, "trust.json"))
	if err != nil {
		s.Fatal(err)
	}
	return all
}

// as is what whoever has the master key can sign with under a name.
func (s *secrets) derived(name string) (seed string, signer *auth.Signer) {
	s.Helper()
	master, err := crypt.LoadMaster(filepath.Join(s.dir, "master.key"))
	if err != nil {
		s.Fatal(err)
	}
	key, err := standalone.ServiceKey(master, name)
	if err != nil {
		s.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(key.Seed()) + "\n", auth.NewSigner(name, key, clock.System())
}

// Every service has the master key: from it none can sign as anybody else, neither for
// people nor as another service.
func TestNobodyElsesKeyFollowsFromTheMasterKey(t *testing.T) {
	s := made(t)
	trusted := s.trust()
	officer := auth.Principal{Kind: auth.Officer, Subject: "a001", Department: "hrss", Division: auth.Everywhere, Purpose: "case_handling", LegalBasis: "law", Via: auth.ViaWeb, Session: 7, Role: "clerk"}
	service := auth.Principal{Kind: auth.Service, Subject: registry.Name, Purpose: "event_distribution", LegalBasis: "law", Via: auth.ViaSystem}
	for name, who := range map[string]auth.Principal{run.People: officer, registry.Name: service} {
		for what, signer := range map[string]*auth.Signer{"own": s.signer(name), "derived": func() *auth.Signer { _, d := s.derived(name); return d }()} {
			token, err := signer.Sign(who, "housing")
			if err != nil {
				t.Fatal(err)
			}
			_, err = auth.NewVerifier("housing", trusted, clock.System()).Verify(token)
			if (err == nil) != (what == "own") {
				t.Errorf("%s by the %s key: %v", name, what, err)
			}
		}
	}
}

// A second run keeps every key; of a platform whose keys followed from the master key
// they are made anew, and what its services signed until then stays proved. What is signed
// so from now on, by whoever has the master key, proves nothing.
func TestKeysOfBeforeAreReplacedOnce(t *testing.T) {
	for name, version := range map[string]func(s *secrets, name, first string, key ed25519.PublicKey){
		"which called the derived one its own": func(s *secrets, name, first string, key ed25519.PublicKey) {
			s.retrust(name, func(e map[string]any) { e["key"] = []byte(key); delete(e, "former") })
		},
		"which kept it in a file, and said not until when": func(s *secrets, name, first string, key ed25519.PublicKey) {
			s.retrust(name, func(e map[string]any) { e["former"] = [][]byte{key} })
			s.put(name+".former", base64.StdEncoding.EncodeToString(key)+"\n")
			s.put(name+".key", first)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := made(t)
			first := map[string]string{}
			for _, name := range []string{run.People, registry.Name, "console"} {
				first[name] = s.read(name + ".key")
			}
			s.write()
			for name, key := range first {
				if s.read(name+".key") != key {
					t.Errorf("the key of %s is another one", name)
				}
				seed, _ := s.derived(name)
				s.put(name+".key", seed)
			}
			version(s, registry.Name, first[registry.Name], s.key(registry.Name).Public().(ed25519.PublicKey))
			_, before := s.derived(registry.Name)
			then := clock.System().Now()
			for range 2 { // a run that was broken off goes on
				s.write()
				for name := range first {
					seed, _ := s.derived(name)
					if s.read(name+".key") == seed {
						t.Errorf("the key of %s still follows from the master key", name)
					}
				}
				s.proves(registry.Name, before, then, true)
				s.proves(registry.Name, before, clock.System().Now(), false)
				s.proves(registry.Name, s.signer(registry.Name), clock.System().Now(), true)
				if n := len(s.trust()[registry.Name].Former); n != 1 {
					t.Errorf("%d former keys", n)
				}
			}
			if all := s.trust(); len(all[run.People].Former)+len(all["console"].Former) != 0 {
				t.Error("who signs for people has a former key")
			}
			for name, t := range s.trust() {
				if t.Sessionless && name != "console" || name == "import" {
					s.Errorf("%s signs for people without a session", name)
				}
			}
			if _, err := os.Stat(filepath.Join(s.dir, registry.Name+".former")); err == nil {
				t.Error("a second list of former keys is left")
			}
		})
	}
}

// A key that was lost is never made anew in silence. Whichever other one signs, because it
// was asked for or because an older copy was brought back, what was signed until then stays
// proved, once and again.
func TestALostKeyIsSaid(t *testing.T) {
	s := made(t)
	for _, name := range []string{registry.Name + ".key", "identity.key", run.People + ".key", "trust.json"} {
		was := s.read(name)
		s.remove(name)
		for _, also := range []string{"", "redis.conf"} { // a copy that was brought back in part
			if also != "" {
				s.remove(also)
			}
			if err := s.try(); !errors.Is(err, ErrLost) || !strings.Contains(err.Error(), ": "+name+";") {
				t.Errorf("%s was lost, and %q: %v", name, also, err)
			}
			if _, err := os.Stat(filepath.Join(s.dir, name)); err == nil {
				t.Errorf("%s was made anew", name)
			}
		}
		s.put(name, was)
		s.write()
	}
	var signers []*auth.Signer
	var times []time.Time
	next := func(change func()) {
		t.Helper()
		signers, times = append(signers, s.signer(registry.Name)), append(times, clock.System().Now())
		s.said = ""
		change()
		if !strings.Contains(s.said, "registry.key. Start every service anew") {
			t.Errorf("the operator is told %q", s.said)
		}
		for i, signer := range signers {
			s.proves(registry.Name, signer, times[i], true)
			s.proves(registry.Name, signer, clock.System().Now(), false)
		}
		s.proves(registry.Name, s.signer(registry.Name), clock.System().Now(), true)
	}
	older := s.read("registry.key")
	next(func() { s.write("registry.key") }) // stolen
	next(func() { s.remove("registry.key"); s.write("registry.key") })
	signers, times = signers[1:], times[1:] // the first signs again
	next(func() { s.put("registry.key", older); s.write() })
	for _, name := range []string{"master.key", "postgres.password", "registry.database", "../people.key", "registry"} {
		if err := s.try(name); !errors.Is(err, ErrAnew) {
			t.Errorf("%s anew: %v", name, err)
		}
	}
	people := s.read("people.key")
	s.write("people.key")
	if s.read("people.key") == people {
		t.Error("who signs for people has the key that was to be another")
	}
	s.remove("trust.json")
	s.write("trust.json")
	if n := len(s.trust()[registry.Name].Former); n != 0 {
		t.Errorf("a list that was begun anew has %d former keys", n)
	}
}
