package importer

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/sheet"
)

// mending keeps the rows of a sheet that have to be mended. Each run writes
// files of its own. A file of an earlier run goes when each of its rows, as it
// stands in it, was judged again by a run that came to the sheet's end: what is
// not in then stands in the new files. A row that somebody mended meanwhile and
// that was not imported keeps its file.
type mending struct {
	file   *sheet.RefusedFile // nil where no rows are kept
	data   func(sheet.Row) mark
	before []*earlier
}

// earlier is a file of an earlier run with its rows that were not judged again yet.
type earlier struct {
	path string
	rows map[mark]bool
}

// mending begins the files of a sheet. They are made with the first row.
func (r *run) mending(f sheet.File, in *sheet.Reader) (*mending, error) {
	m := &mending{data: dataOf(in.Header())}
	if r.Refused == "" {
		return m, nil
	}
	if err := os.MkdirAll(r.Refused, 0o700); err != nil {
		return nil, err
	}
	m.file = sheet.CreateRefused(filepath.Join(r.Refused, sheet.RefusedName(f, r.id)), in)
	entries, err := os.ReadDir(r.Refused)
	if err != nil {
		return nil, err
	}
	mine, _ := filepath.Abs(f.Path)
	for _, e := range entries {
		path := filepath.Join(r.Refused, e.Name())
		abs, _ := filepath.Abs(path)
		same := strings.HasPrefix(e.Name(), sheet.RefusedName(f, "")) || abs == mine
		if !same || !strings.HasSuffix(e.Name(), sheet.RefusedCSV) && !strings.HasSuffix(e.Name(), sheet.RefusedXLSX) {
			continue
		}
		if rows, ok := rowsOf(path, in.Kind()); ok {
			m.before = append(m.before, &earlier{path, rows})
		}
	}
	return m, nil
}

// rowsOf reads the rows of an earlier file; one that cannot be read stays.
func rowsOf(path string, kind sheet.Kind) (map[mark]bool, bool) {
	b, err := sheet.Open(context.Background(), path)
	if err != nil {
		return nil, false
	}
	defer func() { _ = b.Close() }() // it was only read
	rows := map[mark]bool{}
	for _, r := range b.Sheets() {
		data := dataOf(r.Header())
		for {
			row, err := r.Next()
			if err != nil {
				break
			}
			rows[data(row)] = true
		}
		if r.Kind() != kind {
			return nil, false
		}
	}
	return rows, len(b.Unread()) == 0
}

// dataOf returns what marks a row by its cells, without those that say why it
// was refused.
func dataOf(header []string) func(sheet.Row) mark {
	own := []string{sheet.RefusedCodeColumn, sheet.RefusedReasonColumn, sheet.RefusedFileColumn, sheet.RefusedSheetColumn, sheet.RefusedLineColumn}
	return func(r sheet.Row) mark {
		var cells []string
		for i, c := range r.Raw() {
			if i >= len(header) || !slices.Contains(own, strings.TrimSpace(header[i])) {
				cells = append(cells, c)
			}
		}
		for len(cells) > 0 && cells[len(cells)-1] == "" {
			cells = cells[:len(cells)-1]
		}
		return markOf(cells...)
	}
}

// judged notes that a row was judged again.
func (m *mending) judged(row sheet.Row) {
	if len(m.before) == 0 {
		return
	}
	k := m.data(row)
	for _, e := range m.before {
		delete(e.rows, k)
	}
}

func (m *mending) write(row sheet.Row, code, reason string) error {
	if m.file == nil {
		return nil
	}
	return m.file.Write(row, code, reason)
}

// close puts the new files in their place and then removes the earlier ones
// that hold nothing more. Without the sheet's end nothing is written or removed:
// the rows are judged again.
func (m *mending) close(whole bool, report *Report) error {
	if m.file == nil {
		return nil
	}
	if !whole {
		return m.file.Discard()
	}
	if m.file.Count() > 0 {
		report.ToMend = append(report.ToMend, m.file.Paths()...)
	}
	err := m.file.Close()
	if err != nil {
		return err
	}
	for _, e := range m.before {
		if len(e.rows) == 0 {
			err = errors.Join(err, os.Remove(e.path))
		}
	}
	return err
}
