package standalone_test

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/standalone"
)

// place is a folder with its key, of which each test gets a copy.
type place struct {
	t         *testing.T
	data, key string
	notices   []string
}

// copied gives a copy of a made platform.
func (p *place) copied(t *testing.T) *place {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("cp", "-a", p.data, p.key, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return &place{t: t, data: filepath.Join(dir, "data"), key: filepath.Join(dir, "data.key")}
}

func (p *place) open(named, key string) error {
	f, err := standalone.Open(context.Background(), standalone.Config{Dir: named, KeyFile: key, Purpose: standalone.PurposeReal, LogTo: io.Discard,
		Notice: func(s string) { p.notices = append(p.notices, s) }})
	if err != nil {
		return err
	}
	return f.Close()
}

func (p *place) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// names lists all that lies in the folder and beside it.
func (p *place) names() (all []string) {
	p.t.Helper()
	for _, dir := range []string{filepath.Dir(p.data), p.data} {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			p.t.Fatal(err)
		}
		for _, e := range entries {
			if n := e.Name(); n != "lock" && !strings.HasSuffix(n, "-wal") && !strings.HasSuffix(n, "-shm") {
				all = append(all, filepath.Join(dir, n))
			}
		}
	}
	return all
}

func newPlace(t *testing.T) *place {
	t.Helper()
	dir, err := standalone.RealPath(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := &place{t: t, data: filepath.Join(dir, "data"), key: filepath.Join(dir, "data.key")}
	f, key, err := standalone.Init(context.Background(), standalone.Config{Dir: p.data, Purpose: standalone.PurposeReal, LogTo: io.Discard})
	p.must(err)
	m, err := crypt.LoadMaster(p.key)
	p.must(err)
	if f.Dir != p.data || key != p.key || f.Fingerprint != m.Fingerprint() {
		t.Fatalf("%+v, %s", f, key)
	}
	return p
}

// A folder that holds data opens only with its own key and all its parts, by
// what it is and not by what it is called; what is missing is said, and nothing
// is made anew.
func TestOpeningIsNotMaking(t *testing.T) {
	first := newPlace(t)
	manifest, err := standalone.ReadManifest(first.data)
	if err != nil {
		t.Fatal(err)
	}
	beside := func(p *place, name string) string { return filepath.Join(filepath.Dir(p.data), name) }
	for name, c := range map[string]struct {
		change func(p *place) (named, key string)
		says   []string // nothing: it opens
	}{
		"as it was made":     {func(p *place) (string, string) { return p.data, "" }, nil},
		"a slash at the end": {func(p *place) (string, string) { return p.data + "/", "" }, nil},
		"a detour":           {func(p *place) (string, string) { return p.data + "/../data/.", "" }, nil},
		"the working folder": {func(p *place) (string, string) { p.t.Chdir(p.data); return ".", "" }, nil},
		"the folder above": {func(p *place) (string, string) {
			p.must(os.Mkdir(filepath.Join(p.data, "refused"), 0o700))
			p.t.Chdir(filepath.Join(p.data, "refused"))
			return "..", ""
		}, nil},
		"by a link": {func(p *place) (string, string) {
			p.must(os.Symlink(p.data, beside(p, "link")))
			return beside(p, "link"), ""
		}, nil},
		"the key beside the link": {func(p *place) (string, string) {
			p.must(errors.Join(os.Symlink(p.data, beside(p, "link")), os.Rename(p.key, beside(p, "link.key"))))
			return beside(p, "link"), ""
		}, nil},
		"moved, with its key": {func(p *place) (string, string) {
			p.must(errors.Join(os.Rename(p.data, beside(p, "other")), os.Rename(p.key, beside(p, "other.key"))))
			p.data = beside(p, "other")
			return p.data, ""
		}, nil},
		"moved, without its key": {func(p *place) (string, string) {
			p.must(os.Rename(p.data, beside(p, "other")))
			p.data = beside(p, "other")
			return p.data, ""
		}, []string{"is not in", "other.key", "data.key may be it"}},
		"the key is lost": {func(p *place) (string, string) { p.must(os.Remove(p.key)); return p.data, "" },
			[]string{"is not in", manifest.Fingerprint, "no key was made"}},
		"another key in its place": {func(p *place) (string, string) {
			m, err := crypt.NewMaster(crypt.Standard())
			p.must(errors.Join(err, os.Remove(p.key), m.Save(p.key)))
			return p.data, ""
		}, []string{"another one's", manifest.Fingerprint}},
		"a key that is named and not there": {func(p *place) (string, string) { return p.data, beside(p, "no.key") }, []string{"is not in", manifest.Fingerprint}},
		"the key inside":                    {func(p *place) (string, string) { return p.data, filepath.Join(p.data, "k") }, []string{"may not lie inside"}},
		"the key inside, by a link": {func(p *place) (string, string) {
			p.must(os.Symlink(p.data, beside(p, "link")))
			return p.data, filepath.Join(beside(p, "link"), "k")
		}, []string{"may not lie inside"}},
		"the key left inside": {func(p *place) (string, string) {
			p.must(os.Rename(p.key, filepath.Join(p.data, "..key")))
			return p.data, ""
		}, []string{"is not in", "data/..key may be it"}},
		"a part is missing": {func(p *place) (string, string) {
			p.must(os.Remove(filepath.Join(p.data, "housing.db")))
			return p.data, ""
		}, []string{"lacks housing.db", "nothing was made anew"}},
		"two parts are missing": {func(p *place) (string, string) {
			p.must(errors.Join(os.Remove(filepath.Join(p.data, "registry.db")), os.Remove(filepath.Join(p.data, "person-keys.db"))))
			return p.data, ""
		}, []string{"lacks person-keys.db, registry.db"}},
		"a part is cut to nothing": {func(p *place) (string, string) {
			p.must(os.Truncate(filepath.Join(p.data, "registry.db"), 0))
			return p.data, ""
		}, []string{"lacks registry.db"}},
		"a part is another's": {func(p *place) (string, string) {
			out, err := exec.Command("cp", filepath.Join(p.data, "housing.db"), filepath.Join(p.data, "education.db")).CombinedOutput()
			if err != nil {
				p.t.Fatalf("%v: %s", err, out)
			}
			return p.data, ""
		}, []string{"education.db", "another service"}},
		"a part was made anew": {func(p *place) (string, string) {
			path := filepath.Join(p.data, "registry.db")
			p.must(os.Remove(path))
			db, err := sqldb.Open(context.Background(), "sqlite:"+path)
			p.must(err)
			p.must(errors.Join(db.Migrate(context.Background(), nil), db.Close()))
			return p.data, ""
		}, []string{"registry.db", "empty"}},
		"the manifest is damaged": {func(p *place) (string, string) {
			p.must(os.WriteFile(filepath.Join(p.data, "platform.json"), []byte("{"), 0o600))
			return p.data, ""
		}, []string{"platform.json is damaged"}},
		"not there": {func(p *place) (string, string) { return beside(p, "typo"), "" }, []string{"no platform", "qiao init -data", "nothing was made"}},
		"an empty folder": {func(p *place) (string, string) {
			p.must(os.Mkdir(beside(p, "new"), 0o700))
			return beside(p, "new"), ""
		}, []string{"qiao init -data"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := first.copied(t)
			named, key := c.change(p)
			before := p.names()
			err := p.open(named, key)
			if len(c.says) == 0 {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil {
				t.Fatal("it opened")
			}
			for _, s := range c.says {
				if !strings.Contains(err.Error(), s) {
					t.Errorf("%q does not say %q", err, s)
				}
			}
			if after := p.names(); !slices.Equal(before, after) {
				t.Errorf("something was made: %v, before %v", after, before)
			}
		})
	}
}

// A new platform is made where nothing is, and not over anything.
func TestAPlatformIsMadeOnce(t *testing.T) {
	begin := func(data, key string) error {
		_, _, err := standalone.Init(context.Background(), standalone.Config{Dir: data, KeyFile: key, Purpose: standalone.PurposeReal, LogTo: io.Discard})
		return err
	}
	p := newPlace(t)
	if err := begin(p.data, ""); err == nil || !strings.Contains(err.Error(), "holds a platform already") {
		t.Errorf("over a platform: %v", err)
	}
	p.must(os.RemoveAll(p.data))
	if err := begin(p.data, ""); err == nil || !strings.Contains(err.Error(), "there is a master key in") {
		t.Errorf("under the key of data that are gone: %v", err)
	}
	other := t.TempDir()
	p.must(os.WriteFile(filepath.Join(other, "letters.txt"), nil, 0o600))
	if err := begin(other, ""); err == nil || !strings.Contains(err.Error(), "letters.txt") {
		t.Errorf("among other files: %v", err)
	}
	if err := begin(filepath.Join(other, "new"), filepath.Join(other, "new", "key")); err == nil || !strings.Contains(err.Error(), "may not lie inside") {
		t.Errorf("with the key inside: %v", err)
	}
	p.must(os.Mkdir(p.data, 0o700))
	p.must(begin(p.data, p.key)) // named, so wanted
	p.must(p.open(p.data, ""))
}

// A folder that is older than a department opens, and has it from then on: its database
// is then a part like the others, which is never made anew.
func TestAFolderOlderThanADepartment(t *testing.T) {
	p := newPlace(t)
	m, err := standalone.ReadManifest(p.data)
	p.must(err)
	m.Parts = slices.DeleteFunc(m.Parts, func(part string) bool { return part == "identity.db" })
	p.must(m.Write(p.data))
	gone := func() {
		all, err := filepath.Glob(filepath.Join(p.data, "identity.db*"))
		p.must(err)
		for _, file := range all {
			p.must(os.Remove(file))
		}
	}
	gone()
	if slices.Contains(m.Services(), "identity") || len(m.Services()) != len(standalone.Names())-1 {
		t.Errorf("it has %v", m.Services())
	}
	p.must(p.open(p.data, ""))
	if len(p.notices) != 1 || !strings.Contains(p.notices[0], "identity.db from now on") {
		t.Errorf("told %q", p.notices)
	}
	p.must(p.open(p.data, ""))
	if len(p.notices) != 1 {
		t.Errorf("told again: %q", p.notices)
	}
	gone()
	if err := p.open(p.data, ""); err == nil || !strings.Contains(err.Error(), "lacks identity.db") {
		t.Errorf("what it had is made anew: %v", err)
	}
}

// A folder of the version before says only what it is for. It opens with the key
// that opens what is sealed in it, whose fingerprint is then on record; another
// key opens nothing and is not recorded.
func TestAFolderOfTheVersionBefore(t *testing.T) {
	p := newPlace(t)
	register(t, p)
	p.must(os.Remove(filepath.Join(p.data, "platform.json")))
	p.must(os.WriteFile(filepath.Join(p.data, "purpose"), []byte("real\n"), 0o600))
	for _, name := range standalone.Databases() {
		db, err := sqldb.Open(context.Background(), "sqlite:"+filepath.Join(p.data, name))
		p.must(err)
		p.must(errors.Join(db.Update(context.Background(), func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`DELETE FROM origin`)
			return err
		}), db.Close()))
	}
	own, err := crypt.LoadMaster(p.key)
	p.must(err)
	wrong, err := crypt.NewMaster(crypt.Standard())
	p.must(err)
	wrongKey := filepath.Join(filepath.Dir(p.data), "wrong.key")
	p.must(wrong.Save(wrongKey))
	if err := p.open(p.data, wrongKey); err == nil || !strings.Contains(err.Error(), "origin.other_key") {
		t.Fatalf("a wrong key: %v", err)
	}
	if m, err := standalone.ReadManifest(p.data); err != nil || m.Format != 0 {
		t.Fatalf("a wrong key is on record: %+v, %v", m, err)
	}
	before, err := standalone.Claim(p.data)
	p.must(err)
	if failures := before.Check(context.Background(), p.key); len(failures) > 0 {
		t.Errorf("its own key: %v", failures)
	}
	if failures := before.Check(context.Background(), wrongKey); len(failures) != 1 || !strings.Contains(failures[0], "origin.other_key") {
		t.Errorf("a wrong key is not found out: %v", failures)
	}
	p.must(before.Release())
	missing := p.copied(t)
	p.must(os.Remove(filepath.Join(missing.data, "education.db")))
	if err := missing.open(missing.data, ""); err == nil || !strings.Contains(err.Error(), "lacks education.db") {
		t.Errorf("a part was missing: %v", err)
	}
	p.must(p.open(p.data, ""))
	if m, err := standalone.ReadManifest(p.data); err != nil || m.Fingerprint != own.Fingerprint() || len(m.Parts) != len(standalone.Databases())+1 {
		t.Errorf("%+v, %v", m, err)
	}
	if len(p.notices) != 1 || !strings.Contains(p.notices[0], own.Fingerprint()) {
		t.Errorf("told %q", p.notices)
	}
	p.must(os.Remove(p.key))
	if err := p.open(p.data, wrongKey); err == nil || !strings.Contains(err.Error(), own.Fingerprint()) {
		t.Errorf("a wrong key, later: %v", err)
	}
}

// register runs the platform until one person is registered in it.
func register(t *testing.T, p *place) {
	t.Helper()
	platform, err := standalone.Open(context.Background(), standalone.Config{Dir: p.data, Purpose: standalone.PurposeReal, LogTo: io.Discard, Import: true})
	p.must(err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- platform.Run(ctx) }()
	p.must(platform.WaitReady(ctx))
	caller, err := platform.Caller("import")
	p.must(err)
	today := clock.Today(clock.System())
	as := rpc.As(ctx, auth.Principal{Kind: auth.Officer, Subject: "o-1", Department: "hrss", Division: auth.Everywhere, Purpose: "case_handling", LegalBasis: "PIPL 13", Via: auth.ViaImport})
	_, err = registryv1.RegistryClient{Caller: caller, Target: "registry"}.RegisterWorker(as, &registryv1.RegisterWorkerRequest{DocumentNumber: ident.Invented(today.AddYears(-30), 1),
		Name: "测试", County: "654301", Languages: []string{"zh-Hans"}, RegisteredOn: today.String(), NoticeVersion: "1", Signed: true})
	p.must(err)
	demo, err := platform.Caller("demo")
	if err == nil || demo != nil {
		t.Error("somebody may sign for invented people among real ones")
	}
	master, err := crypt.LoadMaster(p.key)
	p.must(err)
	key, err := standalone.ServiceKey(master, "demo")
	p.must(err)
	bus, err := platform.Bus()
	p.must(err)
	forged := registryv1.RegistryClient{Caller: rpc.NewClient(bus, auth.NewSigner("demo", key, clock.System())), Target: "registry"}
	if _, err := forged.FindWorker(as, &registryv1.FindWorkerRequest{DocumentNumber: ident.Invented(today.AddYears(-30), 1)}); errs.CodeOf(err) != "auth.principal_invalid" {
		t.Errorf("a demonstration's issuer among real people: %v", err)
	}
	stop()
	p.must(errors.Join(<-ended, platform.Close()))
}
