package sheet

import (
	"slices"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// A header is where each column of a sheet stands, and what is known of the
// sheet as a whole.
type header struct {
	shape  shape
	cells  []string
	place  map[string]int // by canonical name
	known  []bool         // whether a cell of the header is a column of the shape
	needed []int          // where the required columns stand
	epoch  int            // what is added to a day's number: see epoch1904
	// rounded says that the identity numbers of a text look as if a spreadsheet
	// had rounded them; see roundings.
	rounded bool
	// mended says that the sheet is one of refused rows, whose cells are escaped.
	mended bool
}

// newHeader recognises the kind of the sheet.
func newHeader(cells []string) (*header, error) {
	s, err := recognise(cells)
	if err != nil {
		return nil, err
	}
	h := &header{shape: s, cells: cells, place: make(map[string]int, len(cells)), known: make([]bool, len(cells))}
	for i, c := range cells {
		if name := canonical(c); name != "" {
			if _, twice := h.place[name]; !twice {
				h.place[name] = i
				h.known[i] = s.has(name)
			}
		}
	}
	for _, name := range s.required {
		h.needed = append(h.needed, h.place[name])
	}
	_, h.mended = h.place[RefusedCodeColumn]
	return h, nil
}

// A Row is one row of a sheet, as the file has it.
type Row struct {
	Line  int // where it begins in the file: the line of a CSV, the row number of a workbook
	head  *header
	cells []string
	kinds []cellKind // nil: all are text
	fault *errs.Error
}

// newRow pads a record to the header's width.
func newRow(rec record, head *header) Row {
	row := Row{Line: rec.line, head: head, cells: rec.cells, kinds: rec.kinds}
	if missing := len(head.cells) - len(row.cells); missing > 0 {
		row.cells = append(row.cells, make([]string, missing)...)
	}
	row.fault = rec.fault
	if column := rec.faultAt; row.fault != nil && column >= 0 && column < len(head.cells) {
		row.fault = row.fault.With("column", canonical(head.cells[column]))
	}
	if blankCells(row.cells[len(head.cells):]) {
		row.cells = row.cells[:len(head.cells)]
	} else if row.fault == nil {
		row.fault = ErrRowTooLong
	}
	if e, place := mergeFault(rec, head); e != nil && row.fault == nil {
		row.fault = e
		row.cells[place] = "" // or the row, written out to be mended, would say it as its own
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
	return r.head.shape.kind
}

// at returns where the column stands.
func (r Row) at(column string) (int, bool) {
	if r.head == nil {
		return 0, false
	}
	i, ok := r.head.place[column]
	if !ok {
		i, ok = r.head.place[canonical(column)]
	}
	return i, ok
}

// kindAt returns what the cell at the place holds.
func (r Row) kindAt(i int) cellKind {
	if i < len(r.kinds) {
		return r.kinds[i]
	}
	return cellText
}

// isText reports whether the cell under the column is text.
func (r Row) isText(column string) bool {
	i, ok := r.at(column)
	return ok && r.kindAt(i) == cellText
}

// isNumber reports whether the cell under the column is a plain number.
func (r Row) isNumber(column string) bool {
	i, ok := r.at(column)
	return ok && r.kindAt(i) == cellNumber
}

// Get returns the cell under the header, as the file has it; it is empty where
// there is no such column.
func (r Row) Get(column string) string {
	i, ok := r.at(column)
	if !ok {
		return ""
	}
	return r.cells[i]
}

// Raw returns all the row's cells as the file has them, padded to the header's
// width; only a row that is too long has more.
func (r Row) Raw() []string { return slices.Clone(r.cells) }

// Header returns the sheet's header as the file has it.
func (r Row) Header() []string { return slices.Clone(r.head.cells) }

// Known reports whether a cell of the row, by its place, stands in a column that its kind of
// sheet knows.
func (r Row) Known(place int) bool { return place < len(r.head.known) && r.head.known[place] }

// Fault returns what is wrong with the row as a row (too many cells, an open
// quotation mark, a cell that is too long), or nil. Such a row is refused
// whatever it says.
func (r Row) Fault() error {
	if r.fault == nil {
		return nil
	}
	return r.fault
}

// Named returns a column's header as the file has it; "" where there is none.
func (r Row) Named(column string) string {
	if i, ok := r.at(column); ok {
		return r.head.cells[i]
	}
	return ""
}

// HasColumn reports whether the row's sheet has the column.
func (r Row) HasColumn(column string) bool {
	_, ok := r.at(column)
	return ok
}

// blankCells reports whether all of the cells are blank.
func blankCells(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}
