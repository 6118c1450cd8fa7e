package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/relay"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry"
	"github.com/qiao-platform/qiao/services/standalone"
)

// site is a platform and where its backups go.
type site struct {
	t               *testing.T
	data, key       string
	to, keysTo      string
	client          registryv1.RegistryClient
	stop            func()
	today           clock.Date
	staying, leaves string
}

// begin runs a platform with two workers.
func begin(t *testing.T) *site {
	t.Helper()
	dir := t.TempDir()
	s := &site{t: t, data: filepath.Join(dir, "data"), key: filepath.Join(dir, "master.key"), today: clock.Today(clock.System())}
	s.to, s.keysTo = filepath.Join(dir, "copy", "data"), filepath.Join(dir, "copy", "keys")
	s.serve(s.data)
	s.staying, s.leaves = s.register(1), s.register(2)
	return s
}

func (s *site) serve(data string) {
	s.t.Helper()
	p, err := standalone.Open(ctx, standalone.Config{Dir: data, KeyFile: s.key, Purpose: standalone.PurposeDemo, LogTo: io.Discard})
	if err != nil {
		s.t.Fatal(err)
	}
	running, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- p.Run(running) }()
	stopped := false
	s.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := errors.Join(<-ended, p.Close()); err != nil {
			s.t.Error(err)
		}
	}
	s.t.Cleanup(s.stop)
	if err := p.WaitReady(running); err != nil {
		s.t.Fatal(err)
	}
	caller, err := p.Caller("demo")
	if err != nil {
		s.t.Fatal(err)
	}
	s.client = registryv1.RegistryClient{Caller: caller, Target: registry.Name}
}

func (s *site) as(kind auth.Kind, subject string) context.Context {
	p := auth.Principal{Kind: kind, Subject: subject, LegalBasis: "PIPL 13", Via: auth.ViaWeb}
	if kind == auth.Officer {
		p.Department, p.Division, p.Via = "hrss", auth.Everywhere, auth.ViaCounter
	}
	p.Purpose = p.Main()
	return rpc.As(ctx, p)
}

func (s *site) register(n int) string {
	s.t.Helper()
	r, err := s.client.RegisterWorker(s.as(auth.Officer, "o-1"), &registryv1.RegisterWorkerRequest{DocumentNumber: ident.Invented(s.today.AddYears(-30), n),
		Name: "测试", County: "654301", Languages: []string{"zh-Hans"}, RegisteredOn: s.today.String(), NoticeVersion: "1", Signed: true})
	if err != nil {
		s.t.Fatal(err)
	}
	return r.GetWorker()
}

func (s *site) read(worker string) error {
	_, err := s.client.GetWorker(s.as(auth.Worker, worker), &registryv1.GetWorkerRequest{Worker: worker})
	return err
}

// erase closes a worker's account and waits until the key is gone.
func (s *site) erase(worker string) {
	s.t.Helper()
	if _, err := s.client.CloseAccount(s.as(auth.Worker, worker), &registryv1.CloseAccountRequest{Worker: worker}); err != nil {
		s.t.Fatal(err)
	}
	testkit.Eventually(s.t, "the key is erased", func() bool { return slices.Contains(erased(s.t, s.data), worker) })
}

// erased reads whom a platform's key database lists as erased.
func erased(t *testing.T, data string) (owners []string) {
	t.Helper()
	db, err := openCopy(ctx, filepath.Join(data, keysFile))
	if err != nil {
		t.Fatal(err)
	}
	list, err := registry.Erasures(ctx, db)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		owners = append(owners, e.Owner)
	}
	return owners
}

func (s *site) backup() Made {
	s.t.Helper()
	made, err := Run(ctx, Config{Data: s.data, To: s.to, KeysTo: s.keysTo, KeyFile: s.key})
	if err != nil {
		s.t.Fatal(err)
	}
	return made
}

func (s *site) restoring(data string) RestoreConfig {
	s.t.Helper()
	m, err := crypt.LoadMaster(s.key)
	if err != nil {
		s.t.Fatal(err)
	}
	return RestoreConfig{From: s.to, KeysFrom: s.keysTo, Data: data, Master: m}
}

func TestAnErasedPersonStaysErased(t *testing.T) {
	s := begin(t)
	s.backup()
	s.erase(s.leaves)
	exported := filepath.Join(filepath.Dir(s.data), "exported")
	if n, err := ExportErasures(ctx, s.data, exported); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	s.stop()
	for name, list := range map[string]string{"surviving keys": filepath.Join(s.data, keysFile), "exported list": filepath.Join(exported, erasuresFile)} {
		t.Run(name, func(t *testing.T) {
			r := *s
			r.t = t
			cfg := s.restoring(filepath.Join(t.TempDir(), "restored"))
			cfg.Erasures = list
			done, err := Restore(ctx, cfg)
			if err != nil || done.Erasures != 1 || done.Purpose != standalone.PurposeDemo || len(done.Channels) == 0 {
				t.Fatalf("%+v, %v", done, err)
			}
			if left, err := filepath.Glob(filepath.Join(filepath.Dir(cfg.Data), ".*")); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
			r.serve(cfg.Data)
			if err := r.read(s.leaves); errs.CodeOf(err) != "registry.worker.closed" {
				t.Errorf("the erased person: %v", err)
			}
			if err := r.read(s.staying); err != nil {
				t.Errorf("the other: %v", err)
			}
			// The account is closed again, so that the number leads to nobody.
			testkit.Eventually(t, "the account is closed", func() bool {
				_, err := r.client.FindWorker(r.as(auth.Officer, "o-1"), &registryv1.FindWorkerRequest{DocumentNumber: ident.Invented(s.today.AddYears(-30), 2)})
				return errs.CodeOf(err) == "registry.worker.unknown"
			})
			if again := r.register(2); again == s.leaves {
				t.Error("the person is no new one")
			}
		})
	}
	// The control: without the list the key would come back, which is why the
	// operator has to say that there is none.
	t.Run("no list", func(t *testing.T) {
		r := *s
		r.t = t
		cfg := s.restoring(filepath.Join(t.TempDir(), "restored"))
		if _, err := Restore(ctx, cfg); err != nil {
			t.Fatal(err)
		}
		r.serve(cfg.Data)
		if err := r.read(s.leaves); err != nil {
			t.Errorf("the test would not see a key that came back: %v", err)
		}
	})
}

func TestAChannelGoesOnUnderANewEpoch(t *testing.T) {
	s := begin(t)
	made := s.backup()
	s.stop()
	cfg := s.restoring(filepath.Join(filepath.Dir(s.data), "restored"))
	if _, err := Restore(ctx, cfg); err != nil {
		t.Fatal(err)
	}
	if err := sameFolder(cfg.Data, append(names(), keysFile, "platform.json")); err != nil {
		t.Error(err)
	}
	db, err := openCopy(ctx, filepath.Join(cfg.Data, registryFile))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	epochs, err := relay.Epochs(ctx, db, "registry-0", 1)
	if err != nil || len(epochs) != 1 || epochs[0].Epoch != 2 {
		t.Fatalf("%v, %v", epochs, err)
	}
	var reason string
	if err := db.View(ctx, func(tx *sqldb.Tx) error { return tx.QueryRow(`SELECT reason FROM epoch`).Scan(&reason) }); err != nil ||
		!strings.Contains(reason, made.At.Format("2006-01-02T15:04:05Z")) {
		t.Errorf("%q, %v", reason, err)
	}
}

// older makes a folder one of before a department was.
func (s *site) older(department string) {
	s.t.Helper()
	m, err := standalone.ReadManifest(s.data)
	if err != nil {
		s.t.Fatal(err)
	}
	m.Parts = slices.DeleteFunc(m.Parts, func(p string) bool { return p == department+".db" })
	all, err := filepath.Glob(filepath.Join(s.data, department+".db*"))
	if err != nil || len(all) == 0 {
		s.t.Fatal(all, err)
	}
	for _, file := range all {
		err = errors.Join(err, os.Remove(file))
	}
	if err := errors.Join(err, m.Write(s.data)); err != nil {
		s.t.Fatal(err)
	}
}

// A backup that is older than a department holds all that there was; the department's
// database is made when the restored folder is opened.
func TestABackupOlderThanADepartment(t *testing.T) {
	s := begin(t)
	s.stop()
	s.older("identity")
	s.backup()
	if _, err := os.Stat(filepath.Join(s.to, "identity.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what is not there is in the backup: %v", err)
	}
	cfg := s.restoring(filepath.Join(t.TempDir(), "restored"))
	if _, err := Restore(ctx, cfg); err != nil {
		t.Fatal(err)
	}
	s.serve(cfg.Data)
	if err := s.read(s.staying); err != nil {
		t.Errorf("the person: %v", err)
	}
	if m, err := standalone.ReadManifest(cfg.Data); err != nil || !slices.Contains(m.Parts, "identity.db") {
		t.Errorf("%+v, %v", m, err)
	}
	// A department that each version had is never taken for a new one.
	cut := s.manifest()
	cut.Files = slices.DeleteFunc(cut.Files, func(f File) bool { return f.Name == "housing.db" })
	if err := cut.write(s.to); err != nil {
		t.Fatal(err)
	}
	cfg.Data = filepath.Join(t.TempDir(), "again")
	if _, err := Restore(ctx, cfg); err == nil || !strings.Contains(err.Error(), "has no housing.db") {
		t.Errorf("a backup that lacks a department: %v", err)
	}
}

func names() (all []string) {
	for _, s := range standalone.Names() {
		all = append(all, s+".db")
	}
	return all
}

// sameFolder holds a folder's names and rights against what they should be.
func sameFolder(dir string, want []string) error {
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		return fmt.Errorf("%s: %v, %w", dir, info.Mode(), err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
			return fmt.Errorf("%s: others may read it: %w", e.Name(), err)
		}
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		return fmt.Errorf("%s holds %v, want %v", dir, got, want)
	}
	return nil
}

func TestKeysAndDataGoApart(t *testing.T) {
	s := begin(t)
	s.backup()
	if err := errors.Join(sameFolder(s.to, append(names(), manifestFile)), sameFolder(s.keysTo, []string{keysFile, erasuresFile, manifestFile})); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]struct {
		cfg  Config
		want string
	}{
		"a folder that is not empty": {Config{s.data, s.to, s.keysTo + "2", ""}, "not empty"},
		"keys that are not":          {Config{s.data, s.to + "2", s.keysTo, ""}, "not empty"},
		"keys with the data":         {Config{s.data, s.to + "3", s.to + "3", ""}, "apart"},
		"keys within the copy":       {Config{s.data, s.to + "3", filepath.Join(s.to+"3", "keys"), ""}, "apart"},
		"a copy within the data":     {Config{s.data, filepath.Join(s.data, "copy"), s.keysTo + "3", ""}, "apart"},
		"no platform":                {Config{t.TempDir(), s.to + "3", s.keysTo + "3", ""}, "no platform"},
	} {
		if _, err := Run(ctx, c.cfg); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestABackupThatIsNotWholeIsRefused(t *testing.T) {
	s := begin(t)
	s.backup()
	other := *s
	other.to, other.keysTo = s.to+"-other", s.keysTo+"-other"
	other.backup()
	s.erase(s.leaves)
	older, newer := s.to+"-older", s.to+"-newer"
	if _, err := ExportErasures(ctx, s.data, newer); err != nil {
		t.Fatal(err)
	}
	s.stop()
	if err := writeErasuresIn(older, erasureHead{format, standalone.PurposeDemo, s.manifest().At.Add(-1), 0}); err != nil {
		t.Fatal(err)
	}
	wrong, err := crypt.NewMaster(crypt.Standard())
	if err != nil {
		t.Fatal(err)
	}
	edit := func(name string, change func([]byte) []byte) func(*RestoreConfig) {
		return func(c *RestoreConfig) {
			path := filepath.Join(c.From, name)
			if _, err := os.Stat(path); err != nil {
				path = filepath.Join(c.KeysFrom, name)
			}
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, change(b), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	flip := func(b []byte) []byte { b[len(b)/2] ^= 1; return b }
	cut := func(b []byte) []byte { return b[:len(b)-1] }
	for name, c := range map[string]struct {
		harm func(*RestoreConfig)
		want string
	}{
		"a bit":                  {edit(registryFile, flip), "registry.db is damaged"},
		"a file cut short":       {edit("housing.db", cut), "housing.db is damaged"},
		"a bit in the keys":      {edit(keysFile, flip), "person-keys.db is damaged"},
		"a list cut short":       {edit(erasuresFile, cut), "erasures.jsonl is damaged"},
		"a damaged manifest":     {edit(manifestFile, func(b []byte) []byte { return b[:len(b)/2] }), "manifest"},
		"another kind":           {edit(manifestFile, func(b []byte) []byte { return []byte(strings.Replace(string(b), "demo", "demn", 1)) }), "kind"},
		"another format":         {edit(manifestFile, func(b []byte) []byte { return []byte(strings.Replace(string(b), `"format": 1`, `"format": 2`, 1)) }), "format 2"},
		"a path out of the copy": {edit(manifestFile, func(b []byte) []byte { return []byte(strings.Replace(string(b), registryFile, "../"+registryFile, 1)) }), "no file of that folder"},
		"no manifest":            {func(c *RestoreConfig) { _ = os.Remove(filepath.Join(c.From, manifestFile)) }, "no manifest"},
		"no manifest of keys":    {func(c *RestoreConfig) { _ = os.Remove(filepath.Join(c.KeysFrom, manifestFile)) }, "no manifest"},
		"a file missing":         {func(c *RestoreConfig) { _ = os.Remove(filepath.Join(c.From, registryFile)) }, "registry.db"},
		"another backup's keys":  {func(c *RestoreConfig) { c.KeysFrom = other.keysTo }, "two different backups"},
		"folders changed round":  {func(c *RestoreConfig) { c.From, c.KeysFrom = c.KeysFrom, c.From }, "not its data"},
		"an unknown service": {func(c *RestoreConfig) {
			_ = os.Rename(filepath.Join(c.From, "identity.db"), filepath.Join(c.From, "x.db"))
			edit(manifestFile, func(b []byte) []byte { return []byte(strings.Replace(string(b), "identity.db", "x.db", 1)) })(c)
		}, "has a x.db, which this program does not know"},
		"a service that each version had": {func(c *RestoreConfig) {
			edit(manifestFile, func(b []byte) []byte { return []byte(strings.Replace(string(b), "housing.db", "x.db", 1)) })(c)
			_ = os.Rename(filepath.Join(c.From, "housing.db"), filepath.Join(c.From, "x.db"))
		}, "has no housing.db"},
		"another master key":  {func(c *RestoreConfig) { c.Master = wrong }, "is not the one of the backup"},
		"an older list":       {func(c *RestoreConfig) { c.Erasures = filepath.Join(older, erasuresFile) }, "before the backup"},
		"no list there":       {func(c *RestoreConfig) { c.Erasures = filepath.Join(older, "none") }, "list of erasures"},
		"a list of something": {func(c *RestoreConfig) { c.Erasures = filepath.Join(c.From, manifestFile) }, "not a whole list"},
		"a newer list cut short": {func(c *RestoreConfig) {
			b, _ := os.ReadFile(filepath.Join(newer, erasuresFile))
			c.Erasures = filepath.Join(c.From, "list")
			_ = os.WriteFile(c.Erasures, b[:len(b)-10], 0o600)
		}, "not a whole list"},
		"a folder in use": {func(c *RestoreConfig) { c.Data = s.data }, "not empty"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := s.restoring(filepath.Join(t.TempDir(), "restored"))
			cfg.From, cfg.KeysFrom = filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "keys")
			if err := errors.Join(os.CopyFS(cfg.From, os.DirFS(s.to)), os.CopyFS(cfg.KeysFrom, os.DirFS(s.keysTo))); err != nil {
				t.Fatal(err)
			}
			c.harm(&cfg)
			if _, err := Restore(ctx, cfg); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v", err)
			}
			if _, err := os.Stat(cfg.Data); cfg.Data != s.data && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("something was restored: %v", err)
			}
			if left, err := filepath.Glob(filepath.Join(filepath.Dir(cfg.Data), ".*")); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

// A list that lacks what the backup knows as erased is another platform's.
func TestAListThatIsNotANewerOneIsRefused(t *testing.T) {
	s := begin(t)
	s.erase(s.leaves)
	s.backup()
	s.stop()
	empty := s.to + "-empty"
	if err := writeErasuresIn(empty, erasureHead{format, standalone.PurposeDemo, s.manifest().At.Add(1), 0}); err != nil {
		t.Fatal(err)
	}
	cfg := s.restoring(filepath.Join(filepath.Dir(s.data), "restored"))
	cfg.Erasures = filepath.Join(empty, erasuresFile)
	if _, err := Restore(ctx, cfg); !errors.Is(err, errOtherList) {
		t.Error(err)
	}
	cfg.Erasures = filepath.Join(s.data, keysFile)
	if done, err := Restore(ctx, cfg); err != nil || done.Erasures != 1 {
		t.Errorf("%+v, %v", done, err)
	}
}

func (s *site) manifest() Manifest {
	s.t.Helper()
	m, err := readManifest(s.to, holdsData)
	if err != nil {
		s.t.Fatal(err)
	}
	return m
}

func writeErasuresIn(dir string, h erasureHead) error {
	return errors.Join(emptyFolder(dir), writeErasures(dir, h.Purpose, h.At, nil))
}

// A backup is restored into a folder that is there and empty, as a disk of its
// own is, and by a link to it; into one that holds anything it is not. A wrong
// key, or another backup's keys, is refused before anything is written.
func TestWhereABackupIsRestored(t *testing.T) {
	s := begin(t)
	if made := s.backup(); len(made.Warnings) > 0 {
		t.Errorf("%v", made.Warnings)
	}
	dir := t.TempDir()
	empty, link := filepath.Join(dir, "empty"), filepath.Join(dir, "link")
	if err := errors.Join(os.Mkdir(empty, 0o755), os.Symlink(empty, link)); err != nil {
		t.Fatal(err)
	}
	other, err := crypt.NewMaster(crypt.Standard())
	if err != nil {
		t.Fatal(err)
	}
	cfg := s.restoring(link)
	cfg.Master = other
	if _, err := Restore(ctx, cfg); err == nil || !strings.Contains(err.Error(), other.Fingerprint()) || !strings.Contains(err.Error(), s.restoring("").Master.Fingerprint()) {
		t.Errorf("another key: %v", err)
	}
	second := *s
	second.to, second.keysTo = s.to+"-2", s.keysTo+"-2"
	second.backup()
	cfg = s.restoring(link)
	cfg.KeysFrom = second.keysTo
	if _, err := Restore(ctx, cfg); err == nil || !strings.Contains(err.Error(), "two different backups") {
		t.Errorf("another backup's keys: %v", err)
	}
	if entries, err := os.ReadDir(empty); err != nil || len(entries) > 0 {
		t.Fatalf("a refused restore left %v, %v", entries, err)
	}
	if _, err := Restore(ctx, s.restoring(link)); err != nil {
		t.Fatal(err)
	}
	if err := sameFolder(empty, append(names(), keysFile, "platform.json")); err != nil {
		t.Error(err)
	}
	if _, err := Restore(ctx, s.restoring(empty)); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("restored over a platform: %v", err)
	}
	s.stop()
	s.serve(empty)
	if err := s.read(s.staying); err != nil {
		t.Error(err)
	}
	s.stop()
	if err := os.Remove(filepath.Join(s.data, "housing.db")); err != nil {
		t.Fatal(err)
	}
	second.to, second.keysTo = s.to+"-3", s.keysTo+"-3"
	if _, err := Run(ctx, Config{Data: s.data, To: second.to, KeysTo: second.keysTo, KeyFile: s.key}); err == nil || !strings.Contains(err.Error(), "lacks housing.db") {
		t.Errorf("a folder without a part was copied: %v", err)
	}
}

// Epochs are opened where a server restored something, and nowhere else.
func TestNothingWasRestored(t *testing.T) {
	dir := t.TempDir()
	missing, bare, fresh := filepath.Join(dir, "missing.db"), filepath.Join(dir, "bare.db"), filepath.Join(dir, "fresh.db")
	for _, path := range []string{bare, fresh} {
		db, err := sqldb.Open(ctx, "sqlite:"+path)
		if err != nil {
			t.Fatal(err)
		}
		if path == fresh {
			err = db.Migrate(ctx, nil)
		}
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{missing: "no such file", bare: "no service's tables", fresh: "not one event"} {
		if channels, err := OpenEpochs(ctx, "sqlite:"+path, "the disk failed", "o-1"); err == nil || !strings.Contains(err.Error(), want) || len(channels) > 0 {
			t.Errorf("%s: %v, %v", path, channels, err)
		}
	}
	if _, err := os.Stat(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a database was made: %v", err)
	}
}
