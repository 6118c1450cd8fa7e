package sheet

import (
	"slices"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// A header is a sheet's first row and where each column stands.
type header struct {
	kind  Kind
	cells []string
	place map[string]int // by canonical name
}

// newHeader recognises the kind of the sheet.
func newHeader(cells []string) (*header, error) {
	kind, err := Recognise(cells)
	if err != nil {
		return nil, err
	}
	h := &header{kind: kind, cells: cells, place: make(map[string]int, len(cells))}
	for i, c := range cells {
		if name := canonical(c); name != "" {
			if _, twice := h.place[name]; !twice {
				h.place[name] = i
			}
		}
	}
	return h, nil
}

// A Row is one row of a sheet, as the file has it.
type Row struct {
	Line  int // where it begins in the file: the line of a CSV, the row number of a workbook
	head  *header
	cells []string
	fault *errs.Error
}

// newRow pads a record to the header's width.
func newRow(rec record, head *header) Row {
	row := Row{Line: rec.line, head: head, cells: rec.cells}
	if missing := len(head.cells) - len(row.cells); missing > 0 {
		row.cells = append(row.cells, make([]string, missing)...)
	}
	switch {
	case rec.open:
		row.fault = ErrRowQuote
	case !blankCells(row.cells[len(head.cells):]):
		row.fault = ErrRowTooLong
	default:
		row.cells = row.cells[:len(head.cells)]
	}
	if row.fault != nil {
		row.fault = row.fault.With("line", strconv.Itoa(row.Line))
	}
	return row
}

// Kind returns what the row's sheet lists.
func (r Row) Kind() Kind {
	if r.head == nil {
		return Unknown
	}
	return r.head.kind
}

// Get returns the cell under the header, as the file has it; it is empty where
// there is no such column.
func (r Row) Get(column string) string {
	if r.head == nil {
		return ""
	}
	i, ok := r.head.place[column]
	if !ok {
		if i, ok = r.head.place[canonical(column)]; !ok {
			return ""
		}
	}
	return r.cells[i]
}

// Raw returns all the row's cells as the file has them, padded to the header's
// width; only a row that is too long has more.
func (r Row) Raw() []string { return slices.Clone(r.cells) }

// Fault returns what is wrong with the row as a row (too many cells, an open
// quotation mark), or nil. Such a row is refused whatever it says.
func (r Row) Fault() error {
	if r.fault == nil {
		return nil
	}
	return r.fault
}

// HasColumn reports whether the row's sheet has the column.
func (r Row) HasColumn(column string) bool {
	if r.head == nil {
		return false
	}
	_, ok := r.head.place[canonical(column)]
	return ok
}

// blankCells reports whether all of the cells are blank.
func blankCells(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}
