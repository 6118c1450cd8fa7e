package sheet

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
)

// A Table is a sheet of no kind that is known here, such as another system's export: what
// stands in which column its reader says. Rows that a filter hides are read too, since
// they were exported. It is for one goroutine.
type Table struct {
	header  []string
	source  source
	sources []source // of all tabs that are shown
}

// OpenTable opens a file of the size, CSV or XLSX, and finds the first row that has all of
// the columns, in the first tab that has one. Where none has, or none is asked for, the error is
// ErrHeaderMissing, and the table has the header that comes nearest and no rows. The
// caller closes the table.
func OpenTable(ctx context.Context, in io.ReaderAt, size int64, columns []string) (*Table, error) {
	t := &Table{}
	workbook, text, err := formatOf(in, size, ending(ctx))
	switch {
	case err != nil:
	case workbook:
		err = t.openWorkbook(in, size, ending(ctx))
	default:
		err = t.openText(text)
	}
	if err == nil {
		err = t.find(columns)
	}
	if err != nil && !stopped(err) {
		err = asFault(err)
	}
	return t, err
}

func (t *Table) openWorkbook(in io.ReaderAt, size int64, stop func() error) error {
	w, err := openWorkbook(in, size, stop)
	if err != nil {
		return err
	}
	for _, one := range w.tabs {
		if one.hidden {
			continue
		}
		s, err := openWorksheet(w, one)
		if err != nil {
			return err
		}
		t.sources = append(t.sources, s)
	}
	return nil
}

func (t *Table) openText(in io.ReadSeeker) error {
	found, err := surveyText(in)
	if err != nil {
		return err
	}
	text, err := decode(in, found.encoding)
	if err == nil {
		t.sources = []source{newCSVReader(text)}
	}
	return err
}

// find takes the first tab whose first rows have the columns.
func (t *Table) find(columns []string) error {
	missing := len(columns) + 1
	for _, s := range t.sources {
		for range maxAbove {
			rec, err := s.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return err
			}
			if rec.blank() {
				continue
			}
			header := make([]string, len(rec.cells))
			for i, c := range rec.cells {
				header[i] = squeeze(c)
			}
			lacks := 0
			for _, c := range columns {
				if c != "" && !slices.Contains(header, squeeze(c)) {
					lacks++
				}
			}
			if lacks == 0 && len(columns) > 0 {
				t.header, t.source = header, s
				return nil
			}
			if lacks < missing || lacks == missing && filled(header) > filled(t.header) {
				missing, t.header = lacks, header
			}
		}
	}
	if t.header == nil {
		return ErrEmpty
	}
	return ErrHeaderMissing
}

func filled(cells []string) (n int) {
	for _, c := range cells {
		if c != "" {
			n++
		}
	}
	return n
}

// Header returns the columns' names, without the spaces in them.
func (t *Table) Header() []string {
	return slices.DeleteFunc(slices.Clone(t.header), func(c string) bool { return c == "" })
}

// Has reports whether the table has the column.
func (t *Table) Has(column string) bool { return slices.Contains(t.header, squeeze(column)) }

// Next returns the next row that is not blank, with the number of its line and the cells
// of the columns, as text, that of an empty name empty; io.EOF after the last.
func (t *Table) Next(columns []string) (line int, cells []string, err error) {
	if t.source == nil {
		return 0, nil, io.EOF
	}
	for {
		rec, err := t.source.next()
		if errors.Is(err, io.EOF) {
			return 0, nil, io.EOF
		}
		if err != nil {
			if stopped(err) {
				return 0, nil, err
			}
			return 0, nil, asFault(err)
		}
		if rec.blank() {
			continue
		}
		cells = make([]string, len(columns))
		for i, c := range columns {
			if at := slices.Index(t.header, squeeze(c)); c != "" && at >= 0 && at < len(rec.cells) {
				cells[i] = told(rec.cells[at])
			}
		}
		return rec.line, cells, nil
	}
}

// told is a cell without the ="…" by which a spreadsheet is told that digits are text.
func told(cell string) string {
	cell = strings.TrimSpace(cell)
	if inner, ok := strings.CutPrefix(cell, `="`); ok && strings.HasSuffix(inner, `"`) {
		return strings.TrimSuffix(inner, `"`)
	}
	return cell
}

// Close frees what the table holds; the file stays the caller's.
func (t *Table) Close() (err error) {
	for _, s := range t.sources {
		if w, ok := s.(*worksheet); ok {
			err = errors.Join(err, w.close())
		}
	}
	return err
}
