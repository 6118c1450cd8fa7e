package standalone

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// ErrInUse refuses a data folder that another process serves.
var ErrInUse = errors.New("another process serves this data folder; stop it first, or choose another with -data")

// claim makes the data folder, takes it for this process alone and notes what
// it is for. The returned file holds the claim until it is closed.
func claim(dir, purpose string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("data folder %s: %w", dir, ErrInUse), f.Close())
	}
	if err := notePurpose(filepath.Join(dir, "purpose"), purpose); err != nil {
		return nil, errors.Join(fmt.Errorf("data folder %s: %w", dir, err), f.Close())
	}
	return f, nil
}

// notePurpose keeps a demonstration out of a folder with real people, and
// real people out of a demonstration's.
func notePurpose(path, purpose string) error {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return os.WriteFile(path, []byte(purpose+"\n"), 0o600)
	}
	if err != nil {
		return err
	}
	if was := strings.TrimSpace(string(b)); was != purpose {
		return fmt.Errorf("it holds a platform of the kind %q and cannot be used for %q", was, purpose)
	}
	return nil
}

// Claim takes an existing data folder for this process alone, whatever it is
// for, until release is called.
func Claim(dir string) (release func(), err error) {
	b, err := os.ReadFile(filepath.Join(dir, "purpose"))
	if err != nil {
		return nil, fmt.Errorf("data folder %s holds no platform: %w", dir, err)
	}
	f, err := claim(dir, strings.TrimSpace(string(b)))
	if err != nil {
		return nil, err
	}
	return func() { _ = f.Close() }, nil
}
