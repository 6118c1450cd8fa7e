package standalone

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/services/registry"
)

const (
	manifestFile   = "platform.json"
	manifestFormat = 1
	// purposeFile is all that a folder of the version before says of itself.
	purposeFile = "purpose"
	busPart     = "nats"
	keysPart    = registry.KeyDatabase + ".db"
)

// Manifest is what a data folder says of itself: what it is for, whose it is,
// and of what it is made. A folder that lacks a part, or is opened with another
// key, is known by it, whatever the folder is called.
type Manifest struct {
	Format  int    `json:"format"`
	Purpose string `json:"purpose"`
	// Platform names the platform, and Fingerprint its master key; neither says
	// anything of the key.
	Platform    string `json:"platform"`
	Fingerprint string `json:"key_fingerprint"`
	// Parts are the folder's databases and the bus' files; none while the folder
	// is being made.
	Parts []string `json:"parts"`
}

// ErrNoPlatform says that a folder holds no platform.
var ErrNoPlatform = errors.New("it holds no platform")

// ReadManifest reads a folder's manifest. Of a folder of the version before it
// returns what the folder was for, without a format.
func ReadManifest(dir string) (m Manifest, err error) {
	b, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		b, err = os.ReadFile(filepath.Join(dir, purposeFile))
		if errors.Is(err, fs.ErrNotExist) {
			return m, ErrNoPlatform
		}
		m.Purpose = strings.TrimSpace(string(b))
	} else if err == nil {
		if json.Unmarshal(b, &m) != nil || m.Format < 1 || m.Fingerprint == "" {
			return m, fmt.Errorf("its %s is damaged; bring it back from a backup's manifest or another copy", manifestFile)
		}
		if m.Format > manifestFormat {
			return m, fmt.Errorf("its %s has the format %d and this program reads %d; use the newer program", manifestFile, m.Format, manifestFormat)
		}
	}
	if err == nil && m.Purpose != PurposeReal && m.Purpose != PurposeDemo {
		err = fmt.Errorf("it says that it is for %q, which is neither %q nor %q", m.Purpose, PurposeReal, PurposeDemo)
	}
	return m, err
}

// Write writes a folder's manifest, whole or not at all.
func (m Manifest) Write(dir string) error {
	m.Format = manifestFormat
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "."+manifestFile+"-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone where it was renamed
	_, err = f.Write(append(b, '\n'))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), filepath.Join(dir, manifestFile)); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Databases lists the files of a platform's databases.
func Databases() []string {
	all := []string{keysPart}
	for _, s := range Names() {
		all = append(all, s+".db")
	}
	return all
}

// first are the departments of the version that wrote no manifest: it made all of
// their databases at the first start.
var first = []string{"registry", "employment", "training", "insurance", "education", "housing"}

// Holds lists what a folder was made of. A department that is newer than the folder is
// no part of it: its database is made when the folder is next opened.
func (m Manifest) Holds() []string {
	if m.Format > 0 {
		return m.Parts
	}
	all := []string{keysPart}
	for _, s := range first {
		all = append(all, s+".db")
	}
	return all
}

// Services lists those whose databases a folder was made with; one that is still being
// made will have all.
func (m Manifest) Services() (all []string) {
	holds := m.Holds()
	for _, s := range Names() {
		if len(holds) == 0 || slices.Contains(holds, s+".db") {
			all = append(all, s)
		}
	}
	return all
}

// Whole returns an error that names every part that a folder lacks. The bus'
// files are not asked for: the databases make them anew, and lose nothing.
func (m Manifest) Whole(dir string) error {
	var missing []string
	for _, p := range m.Holds() {
		info, err := os.Stat(filepath.Join(dir, p))
		if p != busPart && (errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0) {
			missing = append(missing, p)
		} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	return fmt.Errorf("it lacks %s, which it once had. Bring that back from a backup; nothing was made anew", strings.Join(missing, ", "))
}
