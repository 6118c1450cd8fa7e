// Package keys makes the secrets of a platform of separate services: every
// process gets what it needs and nothing of the others.
package keys

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/services/identity"
	"github.com/qiao-platform/qiao/services/registry"
	"github.com/qiao-platform/qiao/services/standalone"
)

// Platform says for what the secrets are made.
type Platform struct {
	Postgres   string   // host:port of the server of all databases
	Nodes      []string // host:port at which the bus' nodes find each other
	Partitions int      // of every service's channels
	Demo       bool     // whether someone may sign for invented people
	// Data are patterns of files that are there where data was made already.
	Data []string
	// Anew names keys that are made anew though they are there, or were lost: one that
	// was stolen. What it signed stays proved, and nothing that it signs from now on.
	Anew []string
	// Notice is told what the operator has to do by it; nil where nobody has.
	Notice func(text string)
}

// PersonKeys is the database of the registry's per-person keys.
const PersonKeys = "person_keys"

// Operator is the user of the bus who may do everything: mend a stream, say.
const Operator = "operator"

// Write makes what is missing in dir, which it keeps to its owner:
//
//	purpose                   real or demo: invented people and real ones never mix
//	master.key                seals people's data and stored answers
//	trust.json                who may sign for whom, and by which key a service signed until when
//	<issuer>.key              what each process signs with
//	plays.key                 of a demonstration, with what its console tells a story; else empty
//	nats-users.conf           the bus' users: password hashes and permissions
//	nats-cluster.conf         the nodes' own password and addresses
//	nats-<user>.password      what each process shows to the bus
//	postgres.password         of the server's superuser
//	postgres-<role>.password  of each service's role
//	<service>.database        the address of each service's database
//	person_keys.database      the address of the registry's key database
//	redis.conf, redis.password
//
// A file that is there is kept, so that it may run again after a service has
// joined; the files that follow from others are written anew. What data was made
// with is never made anew: see [ErrData].
func Write(dir string, p Platform) error {
	w := writer{dir: dir}
	if err := w.may(p.Anew); err != nil {
		return err
	}
	if err := w.whole(p); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := w.purpose(p); err != nil {
		return err
	}
	if err := w.signers(p); err != nil {
		return err
	}
	if err := w.bus(p); err != nil {
		return err
	}
	for _, role := range standalone.Names() {
		if err := w.database(p, role, role, role); err != nil {
			return err
		}
	}
	if err := w.database(p, registry.Name, PersonKeys, PersonKeys); err != nil {
		return err
	}
	if _, err := w.password("postgres.password"); err != nil {
		return err
	}
	cache, err := w.password("redis.password")
	if err != nil {
		return err
	}
	return w.put("redis.conf", "requirepass "+cache+"\nsave \"\"\nappendonly no\nmaxmemory 256mb\nmaxmemory-policy allkeys-lru\n")
}

// ErrPurpose refuses to make a demonstration of a platform of real people, or
// the other way round.
var ErrPurpose = errors.New("real people and a demonstration never share a platform; use another folder")

// IsDemo says whether the secrets in dir are a demonstration's.
func IsDemo(dir string) (bool, error) {
	b, err := os.ReadFile(filepath.Join(dir, "purpose"))
	switch {
	case errors.Is(err, fs.ErrNotExist): // made before the file was
		_, err := os.Stat(filepath.Join(dir, "demo.key"))
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		return err == nil, err
	case err != nil:
		return false, fmt.Errorf("keys: %w", err)
	}
	return strings.TrimSpace(string(b)) == standalone.PurposeDemo, nil
}

// ErrData refuses to make new secrets where data was made with others: every
// service would fail on its password for ever, and no name could be read.
var ErrData = errors.New("bring them back from your copy, or move the data away to begin anew; nothing was changed")

// ErrLost refuses to make a key anew that a service had, unless that is said: what was
// signed with it would be asked for again by every reader, and an older copy that is
// brought back in a hurry would do so unseen.
var ErrLost = errors.New("bring them back from your newest copy; only where there is none, name each with -anew; nothing was changed")

// ErrAnew refuses to make something anew that is no key by which somebody signs.
var ErrAnew = errors.New("only a key by which somebody signs is made anew, and trust.json")

// may refuses names of files that are not made anew.
func (w writer) may(anew []string) error {
	for _, name := range anew {
		issuer, is := strings.CutSuffix(name, ".key")
		if _, known := standalone.Issuers(standalone.PurposeDemo)[issuer]; name != trustFile && (!is || !known) {
			return fmt.Errorf("%s: %w", name, ErrAnew)
		}
	}
	return nil
}

const trustFile = "trust.json"

// signing lists what each service with a password signs with, and who is trusted:
// they were made before the password was.
func (w writer) signing(has func(string) bool) (all []string) {
	for _, role := range standalone.Names() {
		if !has("postgres-" + role + ".password") {
			continue
		}
		if all = append(all, role+".key"); role == identity.Name {
			all = append(all, run.People+".key")
		}
	}
	if len(all) > 0 {
		all = append(all, trustFile)
	}
	return all
}

// whole refuses a folder that lacks what data was made with, where there is such
// data or where the folder itself tells that it lost something. A service that
// joins has neither a password nor an address yet.
func (w writer) whole(p Platform) error {
	has := func(name string) bool { _, err := os.Stat(filepath.Join(w.dir, name)); return err == nil }
	var lost []string
	begun := has("redis.conf") // which is written last
	for _, name := range []string{"master.key", "postgres.password"} {
		if !has(name) {
			lost = append(lost, name)
		}
	}
	for _, role := range standalone.Names() {
		if name := "postgres-" + role + ".password"; !has(name) && (!begun || has(role+".database")) {
			lost = append(lost, name)
		}
	}
	if len(lost) == 0 {
		for _, name := range w.signing(has) {
			if !has(name) && !slices.Contains(p.Anew, name) {
				lost = append(lost, name)
			}
		}
		if len(lost) > 0 {
			return fmt.Errorf("%s lacks some of its keys: %s; %w", w.dir, strings.Join(lost, ", "), ErrLost)
		}
		return nil
	}
	if begun {
		return fmt.Errorf("%s lacks some of its secrets: %s; %w", w.dir, strings.Join(lost, ", "), ErrData)
	}
	for _, pattern := range p.Data {
		found, err := filepath.Glob(pattern)
		if err != nil {
			return fmt.Errorf("keys: %w", err)
		}
		if len(found) > 0 {
			return fmt.Errorf("%s holds the data of a platform, and %s lacks what it was made with: %s; %w", filepath.Dir(found[0]), w.dir, strings.Join(lost, ", "), ErrData)
		}
	}
	return nil
}

type writer struct{ dir string }

// purpose notes what the platform is for, where that is not known yet.
func (w writer) purpose(p Platform) error {
	purpose := standalone.PurposeReal
	if p.Demo {
		purpose = standalone.PurposeDemo
	}
	if _, err := os.Stat(filepath.Join(w.dir, "master.key")); err == nil {
		was, err := IsDemo(w.dir)
		if err != nil {
			return err
		}
		if was != p.Demo {
			return fmt.Errorf("%s: %w", w.dir, ErrPurpose)
		}
	}
	return w.put("purpose", purpose+"\n")
}

// put writes a file wholly or not at all.
func (w writer) put(name, content string) error {
	beside := filepath.Join(w.dir, "."+name+".new")
	err := os.WriteFile(beside, []byte(content), 0o600)
	if err == nil {
		err = os.Rename(beside, filepath.Join(w.dir, name))
	}
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	return nil
}

// keep returns a file's content, and makes it where it is missing.
func (w writer) keep(name string, make func() string) (string, error) {
	b, err := os.ReadFile(filepath.Join(w.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		content := make()
		return content, w.put(name, content)
	}
	return string(b), err
}

func (w writer) password(name string) (string, error) { return w.keep(name, rand.Text) }

// signers writes the master key, and the issuers' keys, which follow from nothing: every
// service has the master key, and signs as itself alone. A platform made when they
// followed from it has them made anew. Whenever a service's key is another than trust.json
// said, what it signed until now stays proved.
func (w writer) signers(p Platform) error {
	master, _, err := crypt.LoadOrCreateMaster(filepath.Join(w.dir, "master.key"))
	if err != nil {
		return err
	}
	purpose := standalone.PurposeReal
	if p.Demo {
		purpose = standalone.PurposeDemo
	}
	was := map[string]auth.Trusted{}
	if !slices.Contains(p.Anew, trustFile) {
		was, err = config.Trust(filepath.Join(w.dir, trustFile))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	type entry struct {
		Key         []byte           `json:"key"`
		Kinds       []auth.Kind      `json:"kinds"`
		Subject     string           `json:"subject,omitempty"`
		Sessionless bool             `json:"sessionless,omitempty"`
		Former      []auth.RecordKey `json:"former,omitempty"`
	}
	list := map[string]entry{}
	var changed []string
	for _, name := range slices.Sorted(maps.Keys(standalone.Issuers(purpose))) {
		t := standalone.Issuers(purpose)[name]
		key, err := w.signer(master, name, slices.Contains(p.Anew, name+".key"))
		if err != nil {
			return err
		}
		if before := was[name].Key; before != nil && !before.Equal(key) {
			changed = append(changed, name+".key")
		}
		e := entry{Key: key, Kinds: t.Kinds, Subject: t.Subject, Sessionless: t.Sessionless}
		if slices.Contains(standalone.Names(), name) { // the others' signatures are kept nowhere
			if e.Former, err = w.former(name, key, was[name]); err != nil {
				return err
			}
		}
		list[name] = e
	}
	b, err := json.MarshalIndent(list, "", " ")
	if err != nil {
		return err
	}
	var plays []byte
	if p.Demo {
		if plays, err = os.ReadFile(filepath.Join(w.dir, run.Plays+".key")); err != nil {
			return fmt.Errorf("keys: %w", err)
		}
	}
	if err := w.put("plays.key", string(plays)); err != nil {
		return err
	}
	if err := w.put(trustFile, string(b)+"\n"); err != nil {
		return err
	}
	for _, role := range standalone.Names() { // trust.json has it now
		if err := os.Remove(filepath.Join(w.dir, role+".former")); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("keys: %w", err)
		}
	}
	if p.Notice != nil && len(changed) > 0 {
		p.Notice(fmt.Sprintf("These keys are other ones than before: %s. Start every service anew, and copy %s again: an older copy lacks them.", strings.Join(changed, ", "), w.dir))
	}
	return nil
}

// signer returns the key by which an issuer's signatures are checked, and writes the one
// by which it signs where there is none, where it is to be another, or where whoever has
// the master key could have it too.
func (w writer) signer(master *crypt.Master, name string, anew bool) (ed25519.PublicKey, error) {
	seed, err := w.keep(name+".key", newSeed)
	if err != nil {
		return nil, err
	}
	derived, err := standalone.ServiceKey(master, name)
	if err != nil {
		return nil, err
	}
	if anew || seed == encoded(derived) {
		if err := w.put(name+".key", newSeed()); err != nil {
			return nil, err
		}
	}
	own, err := config.SigningKey(filepath.Join(w.dir, name+".key"))
	if err != nil {
		return nil, err
	}
	return own.Public().(ed25519.PublicKey), nil
}

// former is by which keys a service signed before, and until when: those that trust.json
// knew, the one that it called the service's own, and the one that a version before this
// kept in a file of its own, none of which said until when. It is until now.
func (w writer) former(name string, key ed25519.PublicKey, was auth.Trusted) (all []auth.RecordKey, err error) {
	now := clock.System().Now().UTC()
	all = slices.Clone(was.Former)
	for i := range all {
		if all[i].Until.Unix() <= 0 {
			all[i].Until = now
		}
	}
	kept := name + ".former"
	switch b, err := os.ReadFile(filepath.Join(w.dir, kept)); {
	case err == nil:
		one, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(b)))
		if err != nil {
			return nil, fmt.Errorf("keys: %s: %w", kept, err)
		}
		all = append(all, auth.RecordKey{Key: one, Until: now})
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("keys: %w", err)
	}
	if was.Key != nil {
		all = append(all, auth.RecordKey{Key: was.Key, Until: now})
	}
	seen := map[string]bool{string(key): true} // one that is brought back signs today
	return slices.DeleteFunc(all, func(one auth.RecordKey) bool {
		again := seen[string(one.Key)]
		seen[string(one.Key)] = true
		return again
	}), nil
}

func newSeed() string {
	var seed [ed25519.SeedSize]byte
	_, _ = rand.Read(seed[:]) // never fails
	return base64.StdEncoding.EncodeToString(seed[:]) + "\n"
}

func encoded(key ed25519.PrivateKey) string {
	return base64.StdEncoding.EncodeToString(key.Seed()) + "\n"
}

// database writes a role's password and the address of a database of it.
func (w writer) database(p Platform, role, database, file string) error {
	password, err := w.password("postgres-" + role + ".password")
	if err != nil {
		return err
	}
	u := url.URL{Scheme: "postgres", User: url.UserPassword(role, password), Host: p.Postgres, Path: "/" + database, RawQuery: "sslmode=disable"}
	return w.put(file+".database", u.String()+"\n")
}
