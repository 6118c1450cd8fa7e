// Package backup copies a standalone platform's databases while it serves, all
// at one instant, with the people's keys apart, and brings such a copy back.
package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/registry"
	"github.com/qiao-platform/qiao/services/standalone"
)

const (
	keysFile     = "person-keys.db"
	registryFile = registry.Name + ".db"
	erasuresFile = "erasures.jsonl"
)

// Config says what to copy and where to.
type Config struct {
	Data    string // the platform's folder
	To      string // for the services' databases; new or empty
	KeysTo  string // for the people's keys and the list of erasures; new or empty
	KeyFile string // its master key, which is not copied but looked at; "" is beside the folder
}

// Made tells of a backup.
type Made struct {
	At       time.Time
	Bytes    int64
	Held     time.Duration // how long the platform's writers waited
	Erasures int
	// Warnings are what is wrong with the platform's folder though it was copied:
	// its master key is lost, say.
	Warnings []string
}

// Run makes a backup of a platform that may be serving. Where it fails, what it
// wrote is removed; one that was killed has no manifest in at least one of its
// two folders, and Restore refuses it.
func Run(ctx context.Context, cfg Config) (made Made, err error) {
	folder, err := standalone.Look(cfg.Data)
	if err != nil {
		return made, err
	}
	if err := folder.Whole(folder.Dir); err != nil {
		return made, fmt.Errorf("data folder %s: %w", folder.Dir, err)
	}
	if _, err := folder.Master(cfg.KeyFile); err != nil {
		made.Warnings = append(made.Warnings, err.Error())
	}
	purpose := folder.Purpose
	if err := apart(cfg.Data, cfg.To, cfg.KeysTo); err != nil {
		return made, err
	}
	for _, dir := range []string{cfg.To, cfg.KeysTo} {
		if err := emptyFolder(dir); err != nil {
			return made, err
		}
	}
	// Everybody locks the registry first; the keys are copied first, because
	// erasing a key has to wait until nobody reads what it was.
	names := []string{registryFile, keysFile}
	for _, s := range folder.Services() {
		if s != registry.Name {
			names = append(names, s+".db")
		}
	}
	defer func() {
		if err != nil {
			err = errors.Join(full(err, "make room there, or name other folders, and give the command again; the platform goes on", cfg.To, cfg.KeysTo),
				remove(cfg.To, append(names, manifestFile)), remove(cfg.KeysTo, []string{keysFile, erasuresFile, manifestFile}))
		}
	}()
	c, err := takeCut(ctx, cfg.Data, names)
	if err != nil {
		return made, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	made.At, made.Held = c.at, c.held
	data := Manifest{Platform: folder.Platform, Fingerprint: folder.Fingerprint, Format: format, Backup: ident.NewID(), Holds: holdsData, Purpose: purpose, At: c.at}
	keys := data
	keys.Holds = holdsKeys
	if err := c.copyTo(ctx, keysFile, filepath.Join(cfg.KeysTo, keysFile)); err != nil {
		return made, err
	}
	for _, name := range names {
		if name == keysFile {
			continue
		}
		if err := c.copyTo(ctx, name, filepath.Join(cfg.To, name)); err != nil {
			return made, err
		}
	}
	list, err := erasuresIn(ctx, filepath.Join(cfg.KeysTo, keysFile), filepath.Join(cfg.To, registryFile))
	if err != nil {
		return made, err
	}
	if err := writeErasures(cfg.KeysTo, purpose, c.at, list); err != nil {
		return made, err
	}
	for _, name := range names {
		if name == keysFile {
			continue
		}
		if err := data.add(cfg.To, name); err != nil {
			return made, err
		}
	}
	for _, name := range []string{keysFile, erasuresFile} {
		if err := keys.add(cfg.KeysTo, name); err != nil {
			return made, err
		}
	}
	made.Erasures = len(list)
	for _, f := range append(data.Files, keys.Files...) {
		made.Bytes += f.Size
	}
	// The manifests come last and say that all else is whole and on disk.
	return made, errors.Join(keys.write(cfg.KeysTo), data.write(cfg.To))
}

// ExportErasures writes the list of erasures alone, which is small and best
// taken far more often than a backup: a restore needs the newest.
func ExportErasures(ctx context.Context, data, to string) (count int, err error) {
	folder, err := standalone.Look(data)
	if err != nil {
		return 0, err
	}
	if err := apart(data, to); err != nil {
		return 0, err
	}
	return exportErasures(to, folder.Purpose, func() ([]registry.Erasure, error) {
		return erasuresIn(ctx, filepath.Join(data, keysFile), filepath.Join(data, registryFile))
	})
}

// ExportErasuresOf is ExportErasures for databases on servers, by the addresses
// of the people's keys and the registry.
func ExportErasuresOf(ctx context.Context, keys, asked, to string) (count int, err error) {
	return exportErasures(to, standalone.PurposeReal, func() ([]registry.Erasure, error) { return erasuresOf(ctx, keys, asked) })
}

func exportErasures(to, purpose string, read func() ([]registry.Erasure, error)) (int, error) {
	if err := emptyFolder(to); err != nil {
		return 0, err
	}
	at := time.Now().UTC() // before it is read: what is newer may be missing
	list, err := read()
	if err != nil {
		return 0, err
	}
	return len(list), full(writeErasures(to, purpose, at, list), "make room there, or name another folder, and give the command again", to)
}

// openCopy opens a database that must exist; sqldb.Open alone would make it.
func openCopy(ctx context.Context, path string) (*sqldb.DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	return sqldb.Open(ctx, "sqlite:"+path)
}

// erasureHead is the list's first line. The count tells a list that was cut
// short, which would let an erased person's key come back.
type erasureHead struct {
	Format  int       `json:"format"`
	Purpose string    `json:"purpose"`
	At      time.Time `json:"at"`
	Count   int       `json:"count"`
}

func writeErasures(dir, purpose string, at time.Time, list []registry.Erasure) error {
	return writeWhole(dir, erasuresFile, func(e *json.Encoder) error {
		if err := e.Encode(erasureHead{format, purpose, at, len(list)}); err != nil {
			return err
		}
		for _, x := range list {
			if err := e.Encode(x); err != nil {
				return err
			}
		}
		return nil
	})
}
