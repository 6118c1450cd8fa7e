package standalone

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/origin"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/registry"
)

// ErrInUse refuses a data folder that another process serves.
var ErrInUse = errors.New("another process serves this data folder; stop it first, or choose another with -data")

// Folder is a data folder, known by where it really lies, however it was named.
type Folder struct {
	Dir string // the real path
	Manifest

	named string // as it was given
	lock  *os.File
}

// RealPath follows links as far as a path exists, so that one place has one name.
func RealPath(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return followed(abs), nil
}

func followed(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	if parent := filepath.Dir(path); parent != path {
		return filepath.Join(followed(parent), filepath.Base(path))
	}
	return path
}

// Inside reports whether a path is a folder or lies in it.
func Inside(path, dir string) bool {
	return strings.HasPrefix(path+string(filepath.Separator), strings.TrimRight(dir, string(filepath.Separator))+string(filepath.Separator))
}

// Look reads what a data folder says of itself, without taking it. A folder
// that is not there, or holds nothing, gives ErrNoPlatform.
func Look(dir string) (*Folder, error) {
	real, err := RealPath(dir)
	if err != nil {
		return nil, err
	}
	f := &Folder{Dir: real, named: dir}
	if f.Manifest, err = ReadManifest(real); err != nil {
		return f, fmt.Errorf("data folder %s: %w", real, err)
	}
	return f, nil
}

// Claim takes a folder that holds a platform for this process alone, until it is
// released. It makes nothing.
func Claim(dir string) (*Folder, error) {
	f, err := Look(dir)
	if err != nil {
		return nil, err
	}
	return f, f.take()
}

// Release ends the claim.
func (f *Folder) Release() error { return f.lock.Close() }

func (f *Folder) take() error {
	lock, err := os.OpenFile(filepath.Join(f.Dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return errors.Join(fmt.Errorf("data folder %s: %w", f.Dir, ErrInUse), lock.Close())
	}
	f.lock = lock
	return nil
}

// open takes a folder that holds a platform, or makes one where fresh says that
// it may, and returns the master key that is the folder's own. Nothing is made
// where data is: neither a key nor a part.
func open(ctx context.Context, cfg Config, fresh bool) (f *Folder, master *crypt.Master, err error) {
	f, err = Look(cfg.Dir)
	if errors.Is(err, ErrNoPlatform) {
		if !fresh {
			return nil, nil, fmt.Errorf("%w. A new platform is made by qiao init -data %s, and one that was copied is brought back by qiao restore; nothing was made", err, f.named)
		}
		return f.begin(cfg)
	}
	if err != nil {
		return nil, nil, err
	}
	if f.Purpose != cfg.Purpose {
		return nil, nil, fmt.Errorf("data folder %s: it holds a platform of the kind %q and cannot be used for %q", f.Dir, f.Purpose, cfg.Purpose)
	}
	if len(f.Parts) > 0 && fresh && cfg.Purpose == PurposeReal {
		return nil, nil, fmt.Errorf("data folder %s: it holds a platform already, under the key %s; nothing was made", f.Dir, f.Fingerprint)
	}
	if err := f.take(); err != nil {
		return nil, nil, err
	}
	taken := f
	defer func() {
		if err != nil {
			err = errors.Join(err, taken.Release())
		}
	}()
	if err := f.Whole(f.Dir); err != nil {
		return nil, nil, fmt.Errorf("data folder %s: %w", f.Dir, err)
	}
	if master, err = f.Master(cfg.KeyFile); err != nil {
		return nil, nil, err
	}
	if err := f.own(ctx); err != nil {
		return nil, nil, err
	}
	if _, err := os.Stat(filepath.Join(f.Dir, busPart)); len(f.Parts) > 0 && errors.Is(err, fs.ErrNotExist) {
		cfg.notice(fmt.Sprintf("The bus' files are not in %s. The databases make them anew; nothing is lost by it.", f.Dir))
	}
	return f, master, nil
}

// begin makes a new folder, or goes on where making it was interrupted, and the
// key beside it.
func (f *Folder) begin(cfg Config) (_ *Folder, master *crypt.Master, err error) {
	entries, err := os.ReadDir(f.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("data folder: %w", err)
	}
	for _, e := range entries {
		if e.Name() != "lock" {
			return nil, nil, fmt.Errorf("data folder %s: it holds no platform, and is not empty (%s); choose a new folder", f.Dir, e.Name())
		}
	}
	key, err := f.keyPlace(cfg.KeyFile)
	if err != nil {
		return nil, nil, err
	}
	if _, err := os.Stat(key); err == nil && cfg.KeyFile == "" && cfg.Purpose == PurposeReal {
		return nil, nil, fmt.Errorf("there is a master key in %s already: data that it opens may be missing from %s. Bring that back with qiao restore; or, to begin anew under this key, name it with -key-file; nothing was made", key, f.Dir)
	}
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("data folder: %w", err)
	}
	if err := f.take(); err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Release())
		}
	}()
	master, made, err := crypt.LoadOrCreateMaster(key)
	if err != nil {
		return nil, nil, err
	}
	f.Manifest = Manifest{Format: manifestFormat, Purpose: cfg.Purpose, Platform: master.Platform(), Fingerprint: master.Fingerprint()}
	if err := f.Write(f.Dir); err != nil {
		return nil, nil, fmt.Errorf("data folder: %w", err)
	}
	if made {
		cfg.notice(fmt.Sprintf("A new master key was made in %s (fingerprint %s). Without it the data in %s cannot be read; keep a copy in another safe place, never with the data.", key, f.Fingerprint, f.Dir))
	}
	return f, master, nil
}

// keyPlace is where a folder's master key lies: where a flag says, or beside the
// real folder under its name; never inside, where a copy of the data would hold it.
func (f *Folder) keyPlace(named string) (string, error) {
	if named == "" {
		named = f.Dir + ".key"
	}
	key, err := RealPath(named)
	if err != nil {
		return "", err
	}
	if Inside(key, f.Dir) {
		return "", fmt.Errorf("the master key may not lie inside the data folder, as %s would: a copy of the data would hold it. Name another place with -key-file", key)
	}
	return key, nil
}

// Master reads the folder's own master key: that of its fingerprint. Where the
// key is not at its place it says which is to be brought back, and where one of
// that fingerprint lies nearby.
func (f *Folder) Master(named string) (*crypt.Master, error) {
	key, err := f.keyPlace(named)
	if err != nil {
		return nil, err
	}
	places := []string{key}
	if beside, err := filepath.Abs(f.named); err == nil && named == "" && beside+".key" != key && !Inside(beside+".key", f.Dir) {
		places = append(places, beside+".key") // beside the link by which the folder was reached
	}
	var other *crypt.Master
	for _, p := range places {
		m, err := crypt.LoadMaster(p)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, fmt.Errorf("data folder %s: %s: %w", f.Dir, p, err)
		case f.Fingerprint == "" || m.Fingerprint() == f.Fingerprint:
			return m, nil
		}
		key, other = p, m
	}
	which := "its own master key"
	if f.Fingerprint != "" {
		which = "the key of the fingerprint " + f.Fingerprint
	}
	says := fmt.Sprintf("its master key is not in %s", key)
	if other != nil {
		says = fmt.Sprintf("the key in %s is another one's (fingerprint %s)", key, other.Fingerprint())
	}
	return nil, fmt.Errorf("data folder %s: %s. Bring back %s, or name its place with -key-file%s; no key was made", f.Dir, says, which, f.nearby(key))
}

// nearby tells of a key that lies beside the folder under another name, or,
// as the version before could leave it, inside.
func (f *Folder) nearby(place string) string {
	for _, dir := range []string{filepath.Dir(f.Dir), f.Dir} {
		found, _ := filepath.Glob(filepath.Join(escaped(dir), "*.key")) // the pattern is well formed
		for _, p := range found {
			m, err := crypt.LoadMaster(p)
			if p == place || err != nil || f.Fingerprint != "" && m.Fingerprint() != f.Fingerprint || f.Fingerprint == "" && dir != f.Dir {
				continue
			}
			return fmt.Sprintf("; %s may be it, for which %s is the place", p, f.Dir+".key")
		}
	}
	return ""
}

// escaped makes a path match itself alone in a pattern.
func escaped(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// Check holds a claimed folder against what it says of itself: no part is
// missing, the master key is its own, and each database is this platform's.
func (f *Folder) Check(ctx context.Context, keyFile string) (failures []string) {
	note := func(err error) {
		if err != nil {
			failures = append(failures, err.Error())
		}
	}
	whole := f.Whole(f.Dir)
	note(whole)
	m, err := f.Master(keyFile)
	note(err)
	if whole == nil {
		note(f.own(ctx))
	}
	if whole == nil && err == nil && f.Format == 0 { // nothing is on record: the key has to open what is sealed
		note(f.opens(ctx, m))
	}
	return failures
}

// opens makes sure that a key opens the people's keys.
func (f *Folder) opens(ctx context.Context, m *crypt.Master) (err error) {
	db, err := sqldb.Open(ctx, "sqlite:"+filepath.Join(f.Dir, keysPart))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return registry.OpensKeys(ctx, db, m)
}

// own makes sure that each database of a folder on record is this platform's,
// and the one that its name says: an empty or a foreign file is not taken for it.
func (f *Folder) own(ctx context.Context) error {
	if len(f.Parts) == 0 {
		return nil
	}
	for _, name := range f.Parts {
		if name == busPart {
			continue
		}
		o, err := originOf(ctx, filepath.Join(f.Dir, name))
		if err == nil && o.State == origin.None {
			err = errors.New("it is empty, or was never this platform's; bring it back from a backup")
		}
		if err == nil {
			err = f.check(o, strings.TrimSuffix(name, ".db"))
		}
		if err != nil {
			return fmt.Errorf("data folder %s: %s: %w", f.Dir, name, err)
		}
	}
	return nil
}

// check holds a database's record against the folder's.
func (f *Folder) check(o origin.Origin, service string) error {
	if err := o.Check(service, nil); err != nil {
		return err
	}
	if o.State == origin.Begun && o.Fingerprint != f.Fingerprint {
		return origin.ErrOtherKey.With("needs", o.Fingerprint).With("given", f.Fingerprint)
	}
	return nil
}

// originOf reads a database's record of origin, and brings the platform's
// tables up to date for it.
func originOf(ctx context.Context, path string) (o origin.Origin, err error) {
	db, err := sqldb.Open(ctx, "sqlite:"+path)
	if err != nil {
		return o, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.Migrate(ctx, nil); err != nil {
		return o, err
	}
	return origin.Of(ctx, db)
}

// complete writes down that a folder is made, what a folder of the version before is,
// or which departments joined it, once all of its databases have opened with the key.
func (f *Folder) complete(m *crypt.Master, cfg Config) error {
	joined := slices.DeleteFunc(Databases(), func(p string) bool { return slices.Contains(f.Parts, p) })
	if len(joined) == 0 {
		return nil
	}
	before, grown := f.Format == 0, len(f.Parts) > 0
	f.Platform, f.Fingerprint = m.Platform(), m.Fingerprint()
	f.Parts = append(f.Parts, joined...)
	if !slices.Contains(f.Parts, busPart) {
		f.Parts = append(f.Parts, busPart)
	}
	if err := f.Write(f.Dir); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	switch {
	case before:
		cfg.notice(fmt.Sprintf("%s was made by an earlier version. The fingerprint of the master key that opens it is on record from now on: %s.", f.Dir, f.Fingerprint))
	case grown:
		cfg.notice(fmt.Sprintf("%s was made by an earlier version. It has %s from now on; a backup made before lacks that, and can be restored all the same.", f.Dir, strings.Join(joined, ", ")))
	}
	return nil
}
