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
	"github.com/qiao-platform/qiao/pkg/relay"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/registry"
	"github.com/qiao-platform/qiao/services/standalone"
)

// RestoreConfig says what to bring back and where to.
type RestoreConfig struct {
	From     string   // the copies of the services' databases
	KeysFrom string   // the people's keys and the list of erasures of the same backup
	Data     string   // the new platform's folder; new or empty
	Services []string // whose databases there are
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
	var names []string
	for _, s := range cfg.Services {
		names = append(names, s+".db")
	}
	if err := errors.Join(m.exactly(cfg.From, names), k.exactly(cfg.KeysFrom, []string{keysFile, erasuresFile})); err != nil {
		return done, err
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
	if err := emptyOrMissing(cfg.Data); err != nil {
		return done, err
	}
	parent := filepath.Dir(filepath.Clean(cfg.Data))
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return done, err
	}
	stage, err := os.MkdirTemp(parent, "."+filepath.Base(cfg.Data)+"-restoring-*") // mode 0700
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(stage)) }() // gone where it was renamed
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
	for _, s := range cfg.Services {
		opened, err := openEpochs(ctx, filepath.Join(stage, s+".db"), m.At)
		if err != nil {
			return done, fmt.Errorf("%s: %w", s, err)
		}
		done.Channels = append(done.Channels, opened...)
	}
	if err := os.WriteFile(filepath.Join(stage, purposeFile), []byte(m.Purpose+"\n"), 0o600); err != nil {
		return done, err
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
	if err := syncPath(stage); err != nil {
		return done, err
	}
	if err := os.Rename(stage, cfg.Data); err != nil { // takes the place of an empty folder
		return done, err
	}
	return done, syncPath(parent)
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
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	return OpenEpochs(ctx, "sqlite:"+path, "restored from a backup of "+backedUp.Format(time.RFC3339), "operator")
}

// OpenEpochs lets every channel of a service's database go on under a new
// epoch, where the database was restored by its server's own means. No instance
// of the service should run.
func OpenEpochs(ctx context.Context, address, reason, officer string) (channels []string, err error) {
	db, err := sqldb.Open(ctx, address)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
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
	for _, c := range channels {
		if _, err := relay.OpenEpoch(ctx, db, c, reason, officer, time.Now()); err != nil {
			return nil, err
		}
	}
	return channels, nil
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
