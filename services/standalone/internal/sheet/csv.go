package sheet

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

const (
	maxCell    = 4 << 10 // bytes of one cell
	maxRecord  = 1 << 20 // bytes of one row
	maxColumns = 512
)

// A record is one row as the file has it.
type record struct {
	line  int // where the row begins, from 1
	cells []string
	open  bool // a quotation mark is never closed
}

// blank reports whether the record has nothing but spaces.
func (r record) blank() bool {
	return blankCells(r.cells)
}

// csvReader reads delimited records. It differs from encoding/csv in that it
// bounds cells and rows, keeps line ends inside quotation marks as they are,
// and takes a stray quotation mark for a letter.
type csvReader struct {
	in    *bufio.Reader
	comma byte
	line  int // physical lines read so far
}

func newCSVReader(r io.Reader) *csvReader {
	return &csvReader{in: bufio.NewReaderSize(r, chunkSize)}
}

// next returns the next record, io.EOF after the last, or ErrTooLarge. The
// first record decides the delimiter.
func (c *csvReader) next() (record, error) {
	text, err := c.readLine()
	if err != nil {
		return record{}, err
	}
	rec := record{line: c.line}
	if c.comma == 0 && strings.TrimSpace(text) != "" {
		c.comma = delimiter(text)
	}
	if strings.IndexByte(text, '"') < 0 {
		rec.cells, err = splitPlain(trimEnd(text), c.comma)
		return rec, err
	}
	rec.cells, rec.open, err = c.splitQuoted(text)
	return rec, err
}

// readLine returns one physical line with its end.
func (c *csvReader) readLine() (string, error) {
	var long []byte
	for {
		part, err := c.in.ReadSlice('\n')
		if len(long)+len(part) > maxRecord {
			return "", ErrTooLarge
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			long = append(long, part...)
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		if len(long)+len(part) == 0 {
			return "", io.EOF
		}
		c.line++
		if long == nil {
			return string(part), nil
		}
		return string(append(long, part...)), nil
	}
}

// trimEnd returns the line without its end.
func trimEnd(line string) string {
	return strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
}

// delimiter returns the sign among comma, tab and semicolon that the header
// has most often outside quotation marks; the comma where it has none.
func delimiter(header string) byte {
	var commas, tabs, semicolons int
	quoted := false
	for i := range len(header) {
		switch {
		case header[i] == '"':
			quoted = !quoted
		case quoted:
		case header[i] == ',':
			commas++
		case header[i] == '\t':
			tabs++
		case header[i] == ';':
			semicolons++
		}
	}
	switch {
	case tabs > commas && tabs >= semicolons:
		return '\t'
	case semicolons > commas:
		return ';'
	}
	return ','
}

// splitPlain cuts a line that has no quotation mark.
func splitPlain(line string, comma byte) ([]string, error) {
	columns := 1
	for i := range len(line) {
		if line[i] == comma {
			columns++
		}
	}
	if columns > maxColumns {
		return nil, ErrTooLarge
	}
	cells := make([]string, columns)
	for i := range cells {
		end := strings.IndexByte(line, comma)
		if end < 0 {
			end = len(line)
		}
		if end > maxCell {
			return nil, ErrTooLarge
		}
		cells[i] = line[:end]
		line = line[min(end+1, len(line)):]
	}
	return cells, nil
}

// splitQuoted cuts a line with quotation marks, reading on where a quoted cell
// goes over the line's end.
func (c *csvReader) splitQuoted(line string) (cells []string, open bool, err error) {
	for total := 0; ; {
		cell, rest, done, err := c.quotedCell(line)
		if err != nil {
			return nil, false, err
		}
		cells = append(cells, cell)
		if total += len(cell); total > maxRecord || len(cells) > maxColumns {
			return nil, false, ErrTooLarge
		}
		if done {
			return cells, rest == unclosed, nil
		}
		line = rest
	}
}

// unclosed stands for the rest of a record whose quotation mark never closes.
const unclosed = "\""

// quotedCell takes one cell from the line. Done means that it was the row's last.
func (c *csvReader) quotedCell(line string) (cell, rest string, done bool, err error) {
	if !strings.HasPrefix(line, `"`) {
		cell, rest, found := strings.Cut(line, string(rune(c.comma)))
		if !found {
			cell = trimEnd(cell)
		}
		return cell, rest, !found, tooLarge(len(cell))
	}
	var b strings.Builder
	line = line[1:]
	for {
		part, after, found := strings.Cut(line, `"`)
		b.WriteString(part)
		if b.Len() > maxCell {
			return "", "", false, ErrTooLarge
		}
		if !found {
			if line, err = c.readLine(); errors.Is(err, io.EOF) {
				return trimEnd(b.String()), unclosed, true, nil
			}
			if err != nil {
				return "", "", false, err
			}
			continue
		}
		if strings.HasPrefix(after, `"`) {
			b.WriteByte('"')
			line = after[1:]
			continue
		}
		// What stands between the closing mark and the delimiter belongs to the cell.
		tail, rest, more := strings.Cut(after, string(rune(c.comma)))
		if !more {
			tail = trimEnd(tail)
		}
		b.WriteString(tail)
		return b.String(), rest, !more, tooLarge(b.Len())
	}
}

// tooLarge returns ErrTooLarge for a cell of too many bytes.
func tooLarge(size int) error {
	if size > maxCell {
		return ErrTooLarge
	}
	return nil
}
