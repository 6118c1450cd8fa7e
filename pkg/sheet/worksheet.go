package sheet

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// The limits on a sheet of a workbook; rows and columns are those of the
// format itself.
const (
	maxRows   = 1 << 20
	maxPlaces = 1 << 14
	maxMerges = 1 << 16
)

// A merged is a range of cells that a workbook shows as one.
type merged struct {
	top, left, bottom, right int    // rows from 1, columns from 0
	text                     string // what its first cell holds
	kind                     cellKind
	shared                   bool // rows under its first have cells of their own
}

// worksheet reads the records of one sheet of a workbook.
type worksheet struct {
	book   *workbook
	part   *xmlPart
	last   int       // the number of the row that was read last
	merges []merged  // by their first row
	active []*merged // those that cover the present row
	begun  int       // how many of merges have begun
	hidden []span    // columns that nobody is shown
}

// span is a range of columns, from 0.
type span struct{ from, to int }

// openWorksheet begins to read a sheet.
func openWorksheet(w *workbook, t tab) (*worksheet, error) {
	file := w.parts[t.part]
	if file == nil {
		return nil, ErrNotReadable
	}
	s := &worksheet{book: w}
	if err := s.findMerges(t.part); err != nil {
		return nil, err
	}
	var err error
	s.part, err = openPart(file, w.stop)
	return s, err
}

// close frees the sheet.
func (s *worksheet) close() error { return s.part.close() }

// findMerges reads which cells are shown as one. That stands behind the rows,
// so the sheet is unpacked once more; it is taken apart only where the word
// stands in it.
func (s *worksheet) findMerges(part string) error {
	found, err := s.contains(part, []byte("mergeCell"))
	if err != nil || !found {
		return err
	}
	own := make([]uint64, maxRows/64+1) // rows that have a cell with a value
	row := 0
	err = s.book.each(part, func(_ *xmlPart, e xml.StartElement) error {
		switch e.Name.Local {
		case "row":
			row = rowNumber(e, row)
		case "v", "is", "f":
			if row > 0 && row <= maxRows {
				own[row/64] |= 1 << (row % 64)
			}
		case "mergeCell":
			if len(s.merges) == maxMerges {
				return ErrTooLarge
			}
			if m, ok := parseRange(attr(e, "ref")); ok && (m.bottom > m.top || m.right > m.left) {
				s.merges = append(s.merges, m)
			}
		}
		return nil
	})
	for i := range s.merges {
		m := &s.merges[i]
		m.shared = anyRow(own, m.top+1, m.bottom)
	}
	slices.SortStableFunc(s.merges, func(a, b merged) int { return a.top - b.top })
	return err
}

// anyRow reports whether one of the rows is in the set.
func anyRow(set []uint64, from, to int) bool {
	for r := from; r <= to; r++ {
		if r%64 == 0 && set[r/64] == 0 {
			r += 63
			continue
		}
		if set[r/64]&(1<<(r%64)) != 0 {
			return true
		}
	}
	return false
}

// contains reports whether the sign stands anywhere in the part.
func (s *worksheet) contains(part string, sign []byte) (bool, error) {
	unpacked, err := s.book.parts[part].Open()
	if err != nil {
		return false, ErrNotReadable.Because(err)
	}
	defer func() { _ = unpacked.Close() }() // nothing was written
	in := &limited{in: unpacked, left: maxPart, stop: s.book.stop}
	buf := make([]byte, 64<<10)
	kept := 0
	for {
		n, err := in.Read(buf[kept:])
		chunk := buf[:kept+n]
		if bytes.Contains(chunk, sign) {
			return true, nil
		}
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, readFault(err)
		}
		kept = copy(buf, chunk[max(0, len(chunk)-len(sign)+1):])
	}
}

// readFault returns an error of this package as it is, and any other, such as
// that of a damaged archive, as one of a file that cannot be read.
func readFault(err error) error {
	if _, ok := errors.AsType[*errs.Error](err); ok || stopped(err) {
		return err
	}
	return ErrNotReadable.Because(err)
}

// parseRange reads a range such as B3:B5.
func parseRange(ref string) (m merged, ok bool) {
	first, last, found := strings.Cut(ref, ":")
	if !found {
		last = first
	}
	var ok1, ok2 bool
	m.left, m.top, ok1 = parsePlace(first)
	m.right, m.bottom, ok2 = parsePlace(last)
	return m, ok1 && ok2 && m.left <= m.right && m.top <= m.bottom
}

// parsePlace reads a cell's place such as B3: the column from 0, the row from 1.
func parsePlace(ref string) (column, row int, ok bool) {
	i := 0
	for ; i < len(ref) && i < 4; i++ {
		b := ref[i] &^ 0x20
		if b < 'A' || b > 'Z' {
			break
		}
		column = column*26 + int(b-'A') + 1
	}
	row, err := strconv.Atoi(ref[i:])
	if err != nil || column < 1 || column > maxPlaces || row < 1 || row > maxRows {
		return 0, 0, false
	}
	return column - 1, row, true
}

// rowNumber returns the number of a row that begins.
func rowNumber(e xml.StartElement, before int) int {
	text := attr(e, "r")
	if text == "" {
		return before + 1
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxRows {
		return maxRows + 1
	}
	return n
}

// next returns the next record, or io.EOF after the last. A row that the file
// does not have, as between rows 2 and 9, is not returned.
func (s *worksheet) next() (record, error) {
	for {
		t, err := s.part.next()
		if err != nil {
			return record{}, err
		}
		switch e := t.(type) {
		case xml.EndElement:
			if e.Name.Local == "sheetData" {
				return record{}, io.EOF
			}
		case xml.StartElement:
			switch e.Name.Local {
			case "col":
				s.hideColumn(e)
			case "row":
				return s.row(e)
			}
		}
	}
}

// hideColumn keeps which columns nobody is shown.
func (s *worksheet) hideColumn(e xml.StartElement) {
	from, err1 := strconv.Atoi(attr(e, "min"))
	to, err2 := strconv.Atoi(attr(e, "max"))
	none := attr(e, "width") == "0" && truth(e, "customWidth")
	if err1 == nil && err2 == nil && (truth(e, "hidden") || none) && len(s.hidden) < maxPlaces {
		s.hidden = append(s.hidden, span{from - 1, to - 1})
	}
}

// unseen reports whether nobody is shown the column.
func (s *worksheet) unseen(column int) bool {
	return slices.ContainsFunc(s.hidden, func(r span) bool { return column >= r.from && column <= r.to })
}

// row reads the cells of a row that begins.
func (s *worksheet) row(e xml.StartElement) (record, error) {
	n := rowNumber(e, s.last)
	if n <= s.last || n > maxRows {
		return record{}, ErrNotReadable // no program writes such a row, and none shows it
	}
	s.last = n
	rec := record{line: n, faultAt: -1, hidden: truth(e, "hidden") || attr(e, "ht") == "0"}
	if err := s.cells(&rec); err != nil {
		return record{}, err
	}
	if err := s.cover(&rec); err != nil {
		return record{}, err
	}
	for len(rec.cells) > 0 && rec.cells[len(rec.cells)-1] == "" && kindOf(rec.kinds, len(rec.cells)-1) == cellText {
		rec.cells = rec.cells[:len(rec.cells)-1]
	}
	bound(&rec)
	return rec, nil
}

func kindOf(kinds []cellKind, i int) cellKind {
	if i < len(kinds) {
		return kinds[i]
	}
	return cellText
}

// cells reads the row's cells up to its end.
func (s *worksheet) cells(rec *record) error {
	place := -1
	for {
		t, err := s.part.next()
		if err != nil {
			return unended(err)
		}
		switch t := t.(type) {
		case xml.EndElement:
			if t.Name.Local == "row" {
				return nil
			}
		case xml.StartElement:
			if t.Name.Local != "c" {
				if err := s.part.skip(); err != nil {
					return err
				}
				continue
			}
			place++
			if ref := attr(t, "r"); ref != "" {
				column, _, ok := parsePlace(ref)
				if !ok || column < place {
					return ErrNotReadable
				}
				place = column
			}
			text, kind, err := s.cell(t)
			if err != nil {
				return err
			}
			if text == "" && kind == cellText {
				continue
			}
			if place >= maxColumns {
				if rec.fault == nil && strings.TrimSpace(text) != "" {
					rec.fault = ErrRowTooLong
				}
				continue
			}
			put(rec, place, text, kind)
		}
	}
}

// put sets a cell of a record.
func put(rec *record, place int, text string, kind cellKind) {
	if missing := place + 1 - len(rec.cells); missing > 0 {
		rec.cells = append(rec.cells, make([]string, missing)...)
	}
	rec.cells[place] = text
	if kind != cellText || place < len(rec.kinds) {
		if missing := place + 1 - len(rec.kinds); missing > 0 {
			rec.kinds = append(rec.kinds, make([]cellKind, missing)...)
		}
		rec.kinds[place] = kind
	}
}

// cell reads one cell that begins: what is stored, whatever is shown of it.
func (s *worksheet) cell(e xml.StartElement) (text string, kind cellKind, err error) {
	var stored, formula string
	var hasFormula, hasValue bool
	for open := true; open; {
		t, err := s.part.next()
		if err != nil {
			return "", 0, unended(err)
		}
		switch t := t.(type) {
		case xml.EndElement:
			open = false
		case xml.StartElement:
			switch t.Name.Local {
			case "v":
				hasValue = true
				stored, err = s.part.text()
			case "f":
				hasFormula = true
				formula, err = s.part.text()
			case "is":
				hasValue = true
				stored, err = s.part.runs()
			default:
				err = s.part.skip()
			}
			if err != nil {
				return "", 0, err
			}
		}
	}
	typ := attr(e, "t")
	if hasFormula && (!hasValue || stored == "" && typ != "str") {
		return "=" + cut(formula, maxCell-1), cellFormula, nil
	}
	text, kind = s.value(typ, attr(e, "s"), stored)
	return text, kind, nil
}

// value returns what a cell of a type stores.
func (s *worksheet) value(typ, style, stored string) (string, cellKind) {
	switch typ {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(stored))
		if err != nil || i < 0 || i >= len(s.book.texts) {
			return "#REF!", cellError
		}
		return s.book.texts[i], cellText
	case "str":
		return cut(unescape(stored), maxKept+1), cellText
	case "inlineStr":
		return stored, cellText
	case "b":
		if v := strings.TrimSpace(stored); v == "1" || v == "true" {
			return "TRUE", cellBool
		}
		return "FALSE", cellBool
	case "e":
		return stored, cellError
	case "d":
		day, _, _ := strings.Cut(strings.TrimSpace(stored), "T")
		return day, cellDate
	}
	if stored == "" {
		return "", cellText
	}
	if n, err := strconv.Atoi(style); err == nil && n >= 0 && n < len(s.book.styles) {
		switch s.book.styles[n] {
		case styleDate:
			return dateCell(stored, s.book.epoch)
		case styleTime:
			return timeCell(stored)
		}
	}
	return numberCell(stored)
}

// cover gives the row what merged cells show for it. A row that has nothing
// but that is none of its own.
func (s *worksheet) cover(rec *record) error {
	s.active = slices.DeleteFunc(s.active, func(m *merged) bool { return m.bottom < rec.line })
	for s.begun < len(s.merges) && s.merges[s.begun].top <= rec.line {
		m := &s.merges[s.begun]
		s.begun++
		if m.bottom < rec.line {
			continue
		}
		if m.top == rec.line && m.left < len(rec.cells) {
			m.text, m.kind = rec.cells[m.left], kindOf(rec.kinds, m.left)
		}
		s.active = append(s.active, m)
	}
	if len(s.active) == 0 {
		return nil
	}
	if len(s.active) > maxColumns {
		return ErrTooLarge
	}
	own := false
	for i, cell := range rec.cells {
		own = own || strings.TrimSpace(cell) != "" && !s.under(i, rec.line)
	}
	for _, m := range s.active {
		if m.text == "" && m.kind == cellText || m.left >= maxColumns {
			continue
		}
		rec.merged = append(rec.merged, *m)
		if own && m.top < rec.line {
			put(rec, m.left, m.text, m.kind)
		}
	}
	if !own && len(rec.merged) > 0 {
		rec.cells = nil
	}
	return nil
}

// under reports whether the place lies in a range that began in a row above.
func (s *worksheet) under(place, row int) bool {
	return slices.ContainsFunc(s.active, func(m *merged) bool {
		return m.top < row && place >= m.left && place <= m.right
	})
}

// mergeFault refuses a row of which merged cells leave open what it says: one
// value over several columns that are known, or a value that belongs to one row
// over several. It returns where such a cell stands.
func mergeFault(rec record, head *header) (*errs.Error, int) {
	for _, m := range rec.merged {
		columns := 0
		for i := m.left; i <= m.right && i < len(head.known); i++ {
			if head.known[i] {
				columns++
			}
		}
		if m.left >= len(head.cells) {
			continue
		}
		name := canonical(head.cells[m.left])
		if columns > 1 || m.shared && slices.Contains(head.shape.single, name) {
			return ErrMerged.With("column", name), m.left
		}
	}
	return nil, 0
}
