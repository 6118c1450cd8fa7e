package program

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Save keeps what a program was let in by in a file of its owner's alone. One that is
// there is replaced.
func (l LetIn) Save(path string) error {
	b, err := json.MarshalIndent(l, "", " ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".credential-*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(append(b, '\n'))
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}

// Load reads such a file. One that others may read is refused, since they could have
// taken what is in it.
func Load(path string) (l LetIn, err error) {
	info, err := os.Lstat(path)
	if err != nil {
		return l, err
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 {
		return l, fmt.Errorf("%s must be a file that its owner alone may read (chmod 600), and is %s: end its credential under “My sign-ins” if others read it", path, info.Mode())
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return l, err
	}
	if err := json.Unmarshal(b, &l); err != nil || l.Server == "" || l.Credential == "" {
		return l, fmt.Errorf("%s holds no credential; make one with -sign-in", path)
	}
	return l, nil
}
