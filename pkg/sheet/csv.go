package sheet

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/qiao-platform/qiao/pkg/errs"
)

const (
	maxCell    = 4 << 10  // bytes of a cell that a row may have
	maxKept    = 32 << 10 // bytes of a cell that are kept of a row that is refused for it
	maxQuoted  = 64 << 10 // bytes over which a quotation mark may stand open
	maxBreaks  = 200      // line ends inside quotation marks
	maxRecord  = 1 << 20  // bytes of one line
	maxColumns = 512
	peeked     = 40 // lines that are looked at to find the delimiter
)

// A record is one row as the file has it.
type record struct {
	line    int // where the row begins, from 1
	cells   []string
	kinds   []cellKind  // nil: all are text
	fault   *errs.Error // what is wrong with the row as a row
	faultAt int         // the place of the cell that is at fault, or -1
	hidden  bool        // the workbook shows the row to nobody
	merged  []merged    // the ranges that cover cells of the row; nil for most
}

// blank reports whether the record has nothing but spaces.
func (r record) blank() bool {
	return blankCells(r.cells)
}

// line is a physical line of a text.
type line struct {
	text   string
	number int
	long   bool // the line goes on, but not here
}

// csvReader reads delimited records. It differs from encoding/csv in that one
// bad row costs one row: a quotation mark that is never closed ends with its
// line, a line or a cell beyond the limits is a row at fault, and the rows
// after it are read. Line ends inside quotation marks stay as they are, and a
// stray quotation mark is a letter.
type csvReader struct {
	in    *bufio.Reader
	comma byte
	width int    // how many delimiters the header has, or so it seems
	lines int    // physical lines read so far
	queue []line // lines that were read ahead
}

func newCSVReader(r io.Reader) *csvReader {
	return &csvReader{in: bufio.NewReaderSize(r, chunkSize)}
}

// next returns the next record, or io.EOF after the last.
func (c *csvReader) next() (record, error) {
	if c.comma == 0 {
		if err := c.findDelimiter(); err != nil {
			return record{}, err
		}
	}
	l, err := c.readLine()
	if err != nil {
		return record{}, err
	}
	rec := record{line: l.number, faultAt: -1}
	switch {
	case l.long:
		rec.cells, rec.fault = split(trimEnd(l.text), c.comma), ErrRowTooLarge
	case strings.IndexByte(l.text, '"') < 0:
		rec.cells = split(trimEnd(l.text), c.comma)
	default:
		rec.cells, err = c.splitQuoted(l)
		if errors.Is(err, errOpen) {
			rec.cells, rec.fault, err = split(trimEnd(l.text), c.comma), ErrRowQuote, nil
		}
		if err != nil {
			return record{}, err
		}
	}
	bound(&rec)
	return rec, nil
}

// bound cuts a record's cells to what is kept, and refuses it for those that
// are too long or too many.
func bound(rec *record) {
	if len(rec.cells) > maxColumns {
		if rec.fault == nil && !blankCells(rec.cells[maxColumns:]) {
			rec.fault = ErrRowTooLong
		}
		rec.cells = rec.cells[:maxColumns]
	}
	for i, cell := range rec.cells {
		if len(cell) <= maxCell {
			continue
		}
		if rec.fault == nil {
			rec.fault, rec.faultAt = ErrCellTooLong, i
		}
		rec.cells[i] = cut(cell, maxKept)
	}
}

// cut returns the text's beginning of at most so many bytes.
func cut(s string, size int) string {
	if len(s) <= size {
		return s
	}
	for size > 0 && !utf8.RuneStart(s[size]) {
		size--
	}
	return s[:size]
}

// readLine returns one physical line with its end, from those read ahead if
// there are any.
func (c *csvReader) readLine() (line, error) {
	if len(c.queue) > 0 {
		l := c.queue[0]
		c.queue = c.queue[1:]
		return l, nil
	}
	return c.read()
}

// read takes a line from the text. Of a line beyond the limit only the
// beginning is kept.
func (c *csvReader) read() (line, error) {
	var whole []byte
	long := false
	for {
		part, err := c.in.ReadSlice('\n')
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return line{}, err
		}
		if room := maxRecord - len(whole); len(part) > room {
			part, long = part[:room], true
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			whole = append(whole, part...)
			continue
		}
		if len(whole)+len(part) == 0 {
			return line{}, io.EOF
		}
		c.lines++
		text := string(part)
		if whole != nil {
			text = string(append(whole, part...))
		}
		if long {
			text = cut(text, maxQuoted)
		}
		return line{text: text, number: c.lines, long: long}, nil
	}
}

// trimEnd returns the line without its end.
func trimEnd(line string) string {
	return strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
}

// findDelimiter looks at the first lines for the sign that one of them has most
// often outside quotation marks: titles above a header have few. The line
// sep=; by which a spreadsheet is told is obeyed and passed over.
func (c *csvReader) findDelimiter() error {
	var best, size int
	c.comma = ','
	for n := 0; n < peeked && size < maxRecord; n++ {
		l, err := c.read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if told := trimEnd(l.text); len(c.queue) == 0 && len(told) == 5 && strings.HasPrefix(strings.ToLower(told), "sep=") {
			c.comma = told[4]
			return nil
		}
		c.queue = append(c.queue, l)
		size += len(l.text)
		for _, sign := range []byte(",\t;|") {
			if n := outside(l.text, sign); n > best {
				best, c.comma = n, sign
				c.width = n
			}
		}
	}
	return nil
}

// outside counts a sign outside quotation marks.
func outside(text string, sign byte) (n int) {
	quoted := false
	for i := range len(text) {
		switch {
		case text[i] == '"':
			quoted = !quoted
		case !quoted && text[i] == sign:
			n++
		}
	}
	return n
}

// split cuts a line as if no quotation mark had a meaning. What comes after
// twice as many cells as are read stays in the last.
func split(text string, comma byte) []string {
	sign := string(rune(comma))
	return strings.SplitN(text, sign, min(strings.Count(text, sign)+1, 2*maxColumns))
}

// errOpen says that a quotation mark is not closed where it could be.
var errOpen = errors.New("sheet: a quotation mark stands open")

// splitQuoted cuts a line with quotation marks, reading on where a quoted cell
// goes over the line's end. Lines that turn out not to belong to it are kept to
// be read again.
func (c *csvReader) splitQuoted(first line) ([]string, error) {
	q := quoted{from: c, rest: first.text}
	var cells []string
	for {
		cell, last, err := q.cell()
		if errors.Is(err, errOpen) {
			c.queue = append(q.ahead, c.queue...)
		}
		if err != nil {
			return nil, err
		}
		if len(cells) < 2*maxColumns {
			cells = append(cells, cell)
		}
		if last {
			return cells, nil
		}
	}
}

// quoted is a record under way.
type quoted struct {
	from  *csvReader
	rest  string
	ahead []line // the further lines that were read for it
	size  int
}

// cell takes the next cell. Last means that it was the record's last.
func (q *quoted) cell() (text string, last bool, err error) {
	comma := string(rune(q.from.comma))
	if !strings.HasPrefix(q.rest, `"`) {
		cell, rest, found := strings.Cut(q.rest, comma)
		if !found {
			cell = trimEnd(cell)
		}
		q.rest = rest
		return cell, !found, nil
	}
	var b strings.Builder
	q.rest = q.rest[1:]
	for breaks := 0; ; {
		part, after, found := strings.Cut(q.rest, `"`)
		b.WriteString(part)
		if !found {
			if breaks++; breaks > maxBreaks {
				return "", false, errOpen
			}
			if err := q.more(); err != nil {
				return "", false, err
			}
			continue
		}
		if strings.HasPrefix(after, `"`) {
			b.WriteByte('"')
			q.rest = after[1:]
			continue
		}
		// On the line where it opened, what stands between the closing mark and
		// the delimiter belongs to the cell. On a later line such a mark opens a
		// cell of another row: this one was never closed.
		tail, rest, more := strings.Cut(after, comma)
		if !more {
			tail = trimEnd(tail)
		}
		if breaks > 0 && strings.TrimSpace(tail) != "" {
			return "", false, errOpen
		}
		b.WriteString(tail)
		q.rest = rest
		return b.String(), !more, nil
	}
}

// more reads the record's next line.
func (q *quoted) more() error {
	l, err := q.from.readLine()
	if errors.Is(err, io.EOF) {
		return errOpen
	}
	if err != nil {
		return err
	}
	q.ahead = append(q.ahead, l)
	if q.size += len(l.text); q.size > maxQuoted || l.long {
		return errOpen
	}
	// A line with as many delimiters as the header is a row, and no part of a cell.
	if before, _, _ := strings.Cut(l.text, `"`); q.from.width > 1 && strings.Count(before, string(rune(q.from.comma))) >= q.from.width {
		return errOpen
	}
	q.rest = l.text
	return nil
}
