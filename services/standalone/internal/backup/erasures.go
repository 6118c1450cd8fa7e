package backup

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/registry"
)

// erasuresIn is erasuresOf for the files of a platform; the registry's may be
// missing.
func erasuresIn(ctx context.Context, keysPath, registryPath string) ([]registry.Erasure, error) {
	if _, err := os.Stat(keysPath); err != nil {
		return nil, err
	}
	asked := "sqlite:" + registryPath
	if _, err := os.Stat(registryPath); errors.Is(err, fs.ErrNotExist) {
		asked = ""
	} else if err != nil {
		return nil, err
	}
	return erasuresOf(ctx, "sqlite:"+keysPath, asked)
}

// erasuresOf joins what was erased with what closed accounts ask to be erased:
// an account that was closed stays closed, even where its key was still to go.
func erasuresOf(ctx context.Context, keys, asked string) ([]registry.Erasure, error) {
	all := map[string]registry.Erasure{}
	for _, from := range []struct {
		address string
		read    func(context.Context, *sqldb.DB) ([]registry.Erasure, error)
	}{{asked, registry.AskedErasures}, {keys, registry.Erasures}} {
		if from.address == "" {
			continue
		}
		db, err := sqldb.Open(ctx, from.address)
		if err != nil {
			return nil, err
		}
		list, err := from.read(ctx, db)
		if err := errors.Join(err, db.Close()); err != nil {
			return nil, fmt.Errorf("list of erasures: %w", err)
		}
		for _, e := range list {
			all[e.Owner] = e
		}
	}
	return slices.SortedFunc(maps.Values(all), func(a, b registry.Erasure) int { return strings.Compare(a.Owner, b.Owner) }), nil
}

// newerErasures reads the list that the operator names: one that was exported,
// or the key database that survived, with the registry's beside it if that did.
func newerErasures(ctx context.Context, path string, of Manifest) ([]registry.Erasure, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("list of erasures: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	head := make([]byte, 16)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("list of erasures: %w", err)
	}
	if bytes.HasPrefix(head[:n], []byte("SQLite format 3\x00")) {
		return erasuresIn(ctx, path, filepath.Join(filepath.Dir(path), registryFile))
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	h, list, err := readErasures(f)
	if err != nil {
		return nil, fmt.Errorf("list of erasures %s: %w", path, err)
	}
	if h.Purpose != of.Purpose {
		return nil, fmt.Errorf("list of erasures %s: it belongs to a platform of the kind %q, the backup to one of %q", path, h.Purpose, of.Purpose)
	}
	if h.At.Before(of.At) {
		return nil, fmt.Errorf("list of erasures %s: it was exported at %s, before the backup; it says nothing about what came after", path, h.At.Format(time.RFC3339))
	}
	return list, nil
}

var errCutShort = errors.New("it is not a whole list that this program wrote")

func readErasures(r io.Reader) (h erasureHead, list []registry.Erasure, err error) {
	lines := bufio.NewScanner(r)
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &h) != nil || h.Format != format {
		return h, nil, errCutShort
	}
	for lines.Scan() {
		var e registry.Erasure
		if json.Unmarshal(lines.Bytes(), &e) != nil || e.Owner == "" || e.At.IsZero() {
			return h, nil, errCutShort
		}
		list = append(list, e)
	}
	if lines.Err() != nil || len(list) != h.Count {
		return h, nil, errCutShort
	}
	return h, list, nil
}
