package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/standalone"
)

const (
	format       = 1
	manifestFile = "manifest.json"
	holdsData    = "data"
	holdsKeys    = "keys"
)

// Manifest says what a folder of a backup holds. It is written last, so that a
// folder without one is no backup.
type Manifest struct {
	Format  int    `json:"format"`
	Backup  string `json:"backup"` // the same in both folders
	Holds   string `json:"holds"`
	Purpose string `json:"purpose"`
	// Whose the data are; "" in a backup of a folder that the version before made.
	Platform    string    `json:"platform,omitempty"`
	Fingerprint string    `json:"key_fingerprint,omitempty"`
	At          time.Time `json:"at"`
	Files       []File    `json:"files"`
}

// File is one file of a backup.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// add enters a file that is whole and on disk.
func (m *Manifest) add(dir, name string) error {
	f, err := describe(dir, name)
	if err != nil {
		return err
	}
	m.Files = append(m.Files, f)
	return nil
}

func (m *Manifest) write(dir string) error {
	return writeWhole(dir, manifestFile, func(e *json.Encoder) error {
		e.SetIndent("", " ")
		return e.Encode(m)
	})
}

// readManifest reads a folder's manifest and holds every file against it.
func readManifest(dir, holds string) (m Manifest, err error) {
	b, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if errors.Is(err, os.ErrNotExist) {
		return m, fmt.Errorf("%s has no manifest: it is no backup, or one that was interrupted", dir)
	}
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return m, fmt.Errorf("the manifest in %s is damaged: %w", dir, err)
	}
	if m.Format != format {
		return m, fmt.Errorf("the backup in %s has the format %d; this program reads %d", dir, m.Format, format)
	}
	if m.Purpose != standalone.PurposeReal && m.Purpose != standalone.PurposeDemo {
		return m, fmt.Errorf("the manifest in %s is damaged: there is no platform of the kind %q", dir, m.Purpose)
	}
	if m.Holds != holds {
		return m, fmt.Errorf("%s holds a backup's %s, not its %s", dir, m.Holds, holds)
	}
	for _, want := range m.Files {
		if filepath.Base(want.Name) != want.Name || !filepath.IsLocal(want.Name) {
			return m, fmt.Errorf("the manifest in %s names %q, which is no file of that folder", dir, want.Name)
		}
		got, err := describe(dir, want.Name)
		if err != nil {
			return m, err
		}
		if got != want {
			return m, damaged(filepath.Join(dir, want.Name))
		}
	}
	return m, nil
}

func damaged(path string) error {
	return fmt.Errorf("%s is damaged: it is not what the manifest says", path)
}

// services are those whose databases a backup should hold: those of the first version,
// and what joined it since. A backup may be older than a department; where that lacks,
// the platform makes it as it does for a folder of that time.
func (m *Manifest) services() (all []string) {
	always := standalone.Manifest{}.Services()
	for _, s := range standalone.Names() {
		if slices.Contains(always, s) || slices.ContainsFunc(m.Files, func(f File) bool { return f.Name == s+".db" }) {
			all = append(all, s)
		}
	}
	return all
}

// exactly refuses a manifest that does not name just these files.
func (m *Manifest) exactly(dir string, names []string) error {
	has := map[string]bool{}
	for _, f := range m.Files {
		has[f.Name] = true
	}
	for _, n := range names {
		if !has[n] {
			return fmt.Errorf("the backup in %s has no %s", dir, n)
		}
		delete(has, n)
	}
	for n := range has {
		return fmt.Errorf("the backup in %s has a %s, which this program does not know", dir, n)
	}
	return nil
}

func describe(dir, name string) (File, error) {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return File{}, err
	}
	defer func() { _ = f.Close() }() // only read
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return File{}, fmt.Errorf("%s: %w", f.Name(), err)
	}
	return File{name, n, hex.EncodeToString(h.Sum(nil))}, nil
}

// copyFile copies a file of a backup and makes sure that what arrived is what
// the manifest says.
func copyFile(from, to string, want File) (err error) {
	in, err := os.Open(filepath.Join(from, want.Name))
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // only read
	out, err := os.OpenFile(filepath.Join(to, want.Name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, h), in)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return err
	}
	if n != want.Size || hex.EncodeToString(h.Sum(nil)) != want.SHA256 {
		return damaged(in.Name())
	}
	return nil
}

// writeWhole writes a file that appears whole or not at all.
func writeWhole(dir, name string, fill func(*json.Encoder) error) error {
	f, err := os.CreateTemp(dir, "."+name+"-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone where it was renamed
	if err := errors.Join(fill(json.NewEncoder(f)), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), filepath.Join(dir, name)); err != nil {
		return err
	}
	return syncPath(dir)
}

// syncPath brings a file, or a folder's names, onto the disk.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// emptyFolder makes a folder for its owner alone, or takes one that is empty.
func emptyFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		return fmt.Errorf("%s is not empty; choose a new folder", dir)
	}
	return os.Chmod(dir, 0o700)
}

// apart refuses folders that are one another or lie in one another: keys with
// the data that they open are no keys kept apart.
func apart(dirs ...string) error {
	full := make([]string, len(dirs))
	for i, d := range dirs {
		var err error
		if full[i], err = standalone.RealPath(d); err != nil {
			return err
		}
	}
	for i, a := range full {
		for j, b := range full {
			if i != j && standalone.Inside(b, a) {
				return fmt.Errorf("%s and %s must lie apart: the data, its copy and the keys each in a folder of their own", dirs[i], dirs[j])
			}
		}
	}
	return nil
}

// full says in one sentence that the disk under one of the folders is full, and
// what to do then; another error it returns as it is.
func full(err error, then string, dirs ...string) error {
	if sqldb.NoRoom(err) {
		return fmt.Errorf("the disk under %s is full: %s", strings.Join(dirs, " or "), then)
	}
	return err
}

// remove takes back files that were made in a folder which was empty, with what
// SQLite keeps beside them: they hold people's data, and are no backup.
func remove(dir string, names []string) (err error) {
	for _, name := range names {
		for _, beside := range []string{"", "-journal", "-wal", "-shm"} {
			if e := os.Remove(filepath.Join(dir, name+beside)); e != nil && !errors.Is(e, os.ErrNotExist) {
				err = errors.Join(err, e)
			}
		}
	}
	return err
}
