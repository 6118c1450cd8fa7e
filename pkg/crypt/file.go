package crypt

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// The errors of key files. None carries anything of the file's content.
var (
	ErrKeyMode   = errs.New(errs.Invalid, "crypt.key_mode", "The key file may be read by others than its owner; set its mode to 0600.")
	ErrKeyFormat = errs.New(errs.Invalid, "crypt.key_format", "The key file is not one that this program wrote.")
	ErrKeyExists = errs.New(errs.Conflict, "crypt.key_exists", "There is a key file already; it is never overwritten.")
)

const fileHead = "qiao master key 1"

// LoadOrCreateMaster reads the master key from a file, or makes one of the
// standard suite and writes it where there is no file, which created reports so
// that the caller can warn: who loses the file loses all that is sealed. It
// returns ErrKeyMode if group or others have any right to the file, and
// ErrKeyFormat or ErrSuite if the content is not understood.
func LoadOrCreateMaster(path string) (m *Master, created bool, err error) {
	return LoadOrCreateMasterOf(path, Standard())
}

// LoadOrCreateMasterOf is LoadOrCreateMaster, with the suite to make a new key
// of; the suite of a key that exists is that in its file.
func LoadOrCreateMasterOf(path string, s Suite) (m *Master, created bool, err error) {
	m, err = LoadMaster(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return m, false, err
	}
	if m, err = NewMaster(s); err != nil {
		return nil, false, err
	}
	if err = m.Save(path); errors.Is(err, ErrKeyExists) { // another process was first
		m, err = LoadMaster(path)
		return m, false, err
	}
	if err != nil {
		return nil, false, err
	}
	return m, true, nil
}

// LoadMaster reads the master key from a file. It returns an error that matches
// fs.ErrNotExist where there is none, and else those of LoadOrCreateMaster.
func LoadMaster(path string) (*Master, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, ErrKeyFormat
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, ErrKeyMode.With("mode", fmt.Sprintf("%04o", info.Mode().Perm()))
	}
	lines := bufio.NewScanner(f)
	if !lines.Scan() || lines.Text() != fileHead {
		return nil, ErrKeyFormat
	}
	fields := map[string]string{}
	for lines.Scan() {
		name, value, ok := strings.Cut(lines.Text(), ": ")
		if _, twice := fields[name]; !ok || twice {
			return nil, ErrKeyFormat
		}
		fields[name] = value
	}
	if lines.Err() != nil || len(fields) != 4 {
		return nil, ErrKeyFormat
	}
	s, err := SuiteByName(fields["suite"])
	if err != nil {
		return nil, err
	}
	var raw [3][]byte
	for i, want := range []struct {
		name string
		size int
	}{{"id", masterIDSize}, {"key", s.KeySize()}, {"index-key", indexKeySize}} {
		b, err := hex.DecodeString(fields[want.name])
		if err != nil || len(b) != want.size {
			return nil, ErrKeyFormat
		}
		raw[i] = b
	}
	return newMaster(s, raw[0], raw[1], raw[2])
}

// Save writes the master key to a new file with mode 0600. The file appears
// whole or not at all, and on disk before Save returns. It returns ErrKeyExists
// where there is a file of that name.
func (m *Master) Save(path string) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\nsuite: %s\nid: %x\nkey: %x\nindex-key: %x\n", fileHead, m.suite.Name(), m.id, m.key, m.indexKey)
	tmp, err := os.CreateTemp(filepath.Dir(path), ".key-*") // mode 0600
	if err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // its other name stays
	_, err = tmp.Write(b.Bytes())
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	if err = os.Link(tmp.Name(), path); errors.Is(err, fs.ErrExist) {
		return ErrKeyExists
	} else if err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	if err = errors.Join(dir.Sync(), dir.Close()); err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	return nil
}
