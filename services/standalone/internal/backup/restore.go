package backup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/origin"
	"github.com/qiao-platform/qiao/pkg/relay"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/identity"
	"github.com/qiao-platform/qiao/services/registry"
	"github.com/qiao-platform/qiao/services/standalone"
)

// RestoreConfig says what to bring back and where to.
type RestoreConfig struct {
	From     string // the copies of the services' databases
	KeysFrom string // the people's keys and the list of erasures of the same backup
	Data     string // the new platform's folder; new or empty
	// Erasures names the list of what was erased after the backup: one that was
	// exported, or the person-keys.db that survived. "" only where the operator
	// said that there is none.
	Erasures string
	Master   *crypt.Master // to check that it opens the keys; nil is not checked
}

// Restored tells of what was brought back.
type Restored struct {
	Purpose  string
	At       time.Time // of the backup
	Erasures int       // on the list that was repeated
	Channels []string  // which went on under a new epoch
}

// errOtherList refuses a list that lacks what the backup knows as erased.
var errOtherList = errors.New("the list of erasures lacks some that the backup holds: it is older than the backup, or another platform's")

// Restore brings a backup back into a new folder, which appears whole or not at
// all. Keys that were erased since the backup are erased again, and each channel
// goes on under a new epoch: others may have seen events that are not in the
// backup, and their numbers are never given to other events in silence.
func Restore(ctx context.Context, cfg RestoreConfig) (done Restored, err error) {
	m, err := readManifest(cfg.From, holdsData)
	if err != nil {
		return done, err
	}
	k, err := readManifest(cfg.KeysFrom, holdsKeys)
	if err != nil {
		return done, err
	}
	if m.Backup != k.Backup {
		return done, fmt.Errorf("%s and %s are of two different backups", cfg.From, cfg.KeysFrom)
	}
	services := m.services()
	var names []string
	for _, s := range services {
		names = append(names, s+".db")
	}
	if err := errors.Join(m.exactly(cfg.From, names), k.exactly(cfg.KeysFrom, []string{keysFile, erasuresFile})); err != nil {
		return done, err
	}
	if m.Fingerprint != k.Fingerprint {
		return done, fmt.Errorf("%s and %s say that they belong to two master keys", cfg.From, cfg.KeysFrom)
	}
	if m.Fingerprint != "" && cfg.Master != nil && cfg.Master.Fingerprint() != m.Fingerprint {
		return done, fmt.Errorf("the master key given (fingerprint %s) is not the one of the backup in %s (%s). Bring that one back; nothing was written", cfg.Master.Fingerprint(), cfg.From, m.Fingerprint)
	}
	list, err := backedUpErasures(cfg.KeysFrom)
	if err != nil {
		return done, err
	}
	var newer []registry.Erasure
	if cfg.Erasures != "" {
		if newer, err = newerErasures(ctx, cfg.Erasures, m); err != nil {
			return done, err
		}
	}
	target, err := standalone.RealPath(cfg.Data)
	if err != nil {
		return done, err
	}
	stage, finish, err := staging(target)
	if err != nil {
		return done, err
	}
	defer func() { // it is gone where it was renamed
		err = errors.Join(full(err, "nothing was restored; make room there and give the command again", target), os.RemoveAll(stage))
	}()
	if err := copyAll(ctx, cfg.From, stage, m.Files); err != nil {
		return done, err
	}
	if err := copyAll(ctx, cfg.KeysFrom, stage, slices.DeleteFunc(k.Files, func(f File) bool { return f.Name == erasuresFile })); err != nil {
		return done, err
	}
	done = Restored{Purpose: m.Purpose, At: m.At}
	keys := filepath.Join(stage, keysFile)
	if err := examineKeys(ctx, keys, cfg, newer); err != nil {
		return done, err
	}
	list = append(list, newer...)
	slices.SortStableFunc(list, func(a, b registry.Erasure) int { return strings.Compare(a.Owner, b.Owner) })
	list = slices.CompactFunc(list, func(a, b registry.Erasure) bool { return a.Owner == b.Owner })
	done.Erasures = len(list)
	if err := registry.RepeatErasures(ctx, "sqlite:"+keys, list); err != nil {
		return done, err
	}
	for _, s := range services {
		opened, err := openEpochs(ctx, filepath.Join(stage, s+".db"), m.At)
		if err != nil {
			return done, fmt.Errorf("%s: %w", s, err)
		}
		done.Channels = append(done.Channels, opened...)
	}
	entries, err := os.ReadDir(stage)
	if err != nil {
		return done, err
	}
	for _, e := range entries {
		if err := syncPath(filepath.Join(stage, e.Name())); err != nil {
			return done, err
		}
	}
	return done, finish(standalone.Manifest{Purpose: m.Purpose, Platform: m.Platform, Fingerprint: m.Fingerprint, Parts: append(names, keysFile)})
}

// staging gives a folder to put a platform together in, and how it takes its
// place: one that is missing appears by one name; one that is there and empty,
// which may be a disk of its own, gets its files and, last, what says that they
// are a platform.
func staging(target string) (stage string, finish func(standalone.Manifest) error, err error) {
	if err := emptyOrMissing(target); err != nil {
		return "", nil, err
	}
	if _, err := os.Stat(target); err == nil {
		if stage, err = os.MkdirTemp(target, ".restoring-*"); err != nil {
			return "", nil, err
		}
		return stage, func(m standalone.Manifest) error {
			entries, err := os.ReadDir(stage)
			if err != nil {
				return err
			}
			for _, e := range entries {
				if err := os.Rename(filepath.Join(stage, e.Name()), filepath.Join(target, e.Name())); err != nil {
					return err
				}
			}
			return errors.Join(os.Chmod(target, 0o700), note(m, target))
		}, nil
	}
	parent := filepath.Dir(target)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return "", nil, err
	}
	if stage, err = os.MkdirTemp(parent, "."+filepath.Base(target)+"-restoring-*"); err != nil { // mode 0700
		return "", nil, err
	}
	return stage, func(m standalone.Manifest) error {
		if err := errors.Join(note(m, stage), syncPath(stage)); err != nil {
			return err
		}
		return errors.Join(os.Rename(stage, target), syncPath(parent))
	}, nil
}

// note writes what a restored folder is. A backup of the version before does not
// say whose it is: the folder is left as that version had it, and the key that
// opens it is taken at the first start.
func note(m standalone.Manifest, dir string) error {
	if m.Fingerprint != "" {
		return m.Write(dir)
	}
	return os.WriteFile(filepath.Join(dir, "purpose"), []byte(m.Purpose+"\n"), 0o600)
}

func backedUpErasures(dir string) ([]registry.Erasure, error) {
	f, err := os.Open(filepath.Join(dir, erasuresFile))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	_, list, err := readErasures(f)
	if err != nil {
		return nil, fmt.Errorf("list of erasures in %s: %w", dir, err)
	}
	return list, nil
}

func emptyOrMissing(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		return fmt.Errorf("%s is not empty; a backup is restored into a new folder", dir)
	}
	return nil
}

func copyAll(ctx context.Context, from, to string, files []File) error {
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := copyFile(from, to, f); err != nil {
			return err
		}
		if err := sound(ctx, filepath.Join(to, f.Name)); err != nil {
			return err
		}
	}
	return nil
}

// sound has SQLite check a database from its first page to its last.
func sound(ctx context.Context, path string) (err error) {
	db, err := openCopy(ctx, path)
	if err != nil {
		return err
	}
	var says string
	err = db.View(ctx, func(tx *sqldb.Tx) error { return tx.QueryRow(`PRAGMA integrity_check(1)`).Scan(&says) })
	if err := errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	if says != "ok" {
		return fmt.Errorf("%s is damaged inside: %s", filepath.Base(path), says)
	}
	return nil
}

// examineKeys makes sure that the master key opens the keys, and that a newer
// list of erasures goes on from what the backup knows as erased.
func examineKeys(ctx context.Context, path string, cfg RestoreConfig, newer []registry.Erasure) (err error) {
	db, err := openCopy(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if cfg.Master != nil {
		if err := registry.OpensKeys(ctx, db, cfg.Master); err != nil {
			return fmt.Errorf("the master key does not open the people's keys: %w", err)
		}
	}
	if cfg.Erasures == "" {
		return nil
	}
	listed := map[string]bool{}
	for _, e := range newer {
		listed[e.Owner] = true
	}
	known, err := registry.Erasures(ctx, db)
	if err != nil {
		return err
	}
	for _, e := range known {
		if !listed[e.Owner] {
			return errOtherList
		}
	}
	return nil
}

// openEpochs lets every channel of a database go on under a new epoch. The
// stream is not in a backup; what others saw since is no longer true here.
func openEpochs(ctx context.Context, path string, backedUp time.Time) (channels []string, err error) {
	db, err := openCopy(ctx, path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return newEpochs(ctx, db, "restored from a backup of "+backedUp.Format(time.RFC3339), "operator")
}

// OpenEpochs lets every channel of a service's database go on under a new
// epoch, where the database was restored by its server's own means. No instance
// of the service should run.
func OpenEpochs(ctx context.Context, address, reason, officer string) (channels []string, err error) {
	db, err := openExisting(ctx, address)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := restored(ctx, db); err != nil {
		return nil, err
	}
	return newEpochs(ctx, db, reason, officer)
}

// restored refuses a database that nobody can have restored: one of no service,
// and one that never began.
func restored(ctx context.Context, db *sqldb.DB) error {
	var events bool
	err := db.View(ctx, func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM event) AND EXISTS (SELECT 1 FROM channel)`).Scan(&events)
	})
	if err != nil {
		return fmt.Errorf("the database holds no service's tables: it is empty, or not the platform's. Restore it first; nothing was done here: %w", err)
	}
	if events {
		return nil
	}
	if o, err := origin.Of(ctx, db); err == nil && o.State == origin.Begun { // a department to which nothing has happened yet
		return nil
	}
	return errors.New("the database has a service's tables and not one event: nothing was restored into it. Restore it first; or, where there is no backup, say with -begin-anew that it begins anew; nothing was done here")
}

func newEpochs(ctx context.Context, db *sqldb.DB, reason, officer string) (channels []string, err error) {
	if err := db.Migrate(ctx, nil); err != nil { // an older program may have made the backup
		return nil, err
	}
	err = db.View(ctx, func(tx *sqldb.Tx) error {
		channels, err = sqldb.Collect(tx, func(s sqldb.Scanner) (c string, err error) { return c, s.Scan(&c) }, `SELECT channel FROM channel ORDER BY channel`)
		return err
	})
	if err != nil {
		return nil, err
	}
	o, err := origin.Of(ctx, db)
	if err == nil && o.Service == identity.Name {
		err = identity.Restored(ctx, db, time.Now())
	}
	if err != nil {
		return nil, err
	}
	for _, c := range channels {
		if _, err := relay.OpenEpoch(ctx, db, c, reason, officer, time.Now()); err != nil {
			return nil, err
		}
	}
	return channels, nil
}

// openExisting opens a database that must exist; sqldb.Open alone would make a
// file of SQLite's.
func openExisting(ctx context.Context, address string) (*sqldb.DB, error) {
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		return openCopy(ctx, path)
	}
	return sqldb.Open(ctx, address)
}

// BeginAnew keeps an operator's word that a service's database was lost, that no
// backup of it exists, and that it begins anew on an empty one. The service does
// so at its start, under new epochs.
func BeginAnew(ctx context.Context, address, service, reason, officer string) (err error) {
	db, err := sqldb.Open(ctx, address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.Migrate(ctx, nil); err != nil {
		return err
	}
	if empty, err := origin.Empty(ctx, db); err != nil || !empty {
		return errors.Join(err, errors.New("the database holds what a service wrote; it was not lost, and nothing was changed"))
	}
	return origin.Declare(ctx, db, service, reason, officer, time.Now())
}

// BeginAnewIn is BeginAnew for the file that a data folder lacks.
func BeginAnewIn(ctx context.Context, data, service, reason, officer string) (err error) {
	folder, err := standalone.Claim(data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.Release()) }()
	name := service + ".db"
	path := filepath.Join(folder.Dir, name)
	if folder.Format == 0 || !slices.Contains(folder.Parts, name) || !slices.Contains(standalone.Names(), service) {
		return fmt.Errorf("data folder %s: it never had a %s; nothing was made", folder.Dir, name)
	}
	for _, remains := range []string{path + "-wal", path + "-shm"} {
		if _, err := os.Stat(remains); err == nil {
			return fmt.Errorf("data folder %s: %s is a remainder of the lost database; move it away first, nothing was made", folder.Dir, filepath.Base(remains))
		}
	}
	return BeginAnew(ctx, "sqlite:"+path, service, reason, officer)
}

// RepeatErasures destroys again, in a key database that was restored by its
// server's own means, what an exported list says was erased.
func RepeatErasures(ctx context.Context, address, list string) (int, error) {
	newer, err := newerErasures(ctx, list, Manifest{Purpose: standalone.PurposeReal})
	if err != nil {
		return 0, err
	}
	return len(newer), registry.RepeatErasures(ctx, address, newer)
}
