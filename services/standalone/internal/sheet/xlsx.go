package sheet

import (
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// maxUnzipped bounds what a workbook may unpack to. All of it stays in memory,
// so that no copy of people's data is left in a temporary folder.
const maxUnzipped = 256 << 20

// isoDate is how every date cell is shown, whatever its own format is.
const isoDate = "yyyy-mm-dd"

// xlsxReader reads the records of a workbook's first sheet.
type xlsxReader struct {
	file *excelize.File
	rows *excelize.Rows
	line int
}

// newXLSXReader opens a workbook. The library's panics on damaged files, should
// there be any, come back as ErrNotReadable.
func newXLSXReader(r io.Reader) (x *xlsxReader, err error) {
	defer func() {
		if p := recover(); p != nil {
			x, err = nil, ErrNotReadable.Because(fmt.Errorf("workbook: %v", p))
		}
	}()
	file, err := excelize.OpenReader(r, excelize.Options{
		UnzipSizeLimit:    maxUnzipped,
		UnzipXMLSizeLimit: maxUnzipped,
		ShortDatePattern:  isoDate,
	})
	if err != nil {
		return nil, workbookError(err)
	}
	names := file.GetSheetList()
	if len(names) == 0 {
		return nil, ErrEmpty
	}
	if _, err := file.GetStyle(0); err != nil { // loads the table of styles
		return nil, ErrNotReadable.Because(err)
	}
	showDatesAsISO(file)
	rows, err := file.Rows(names[0])
	if err != nil {
		return nil, ErrNotReadable.Because(err)
	}
	return &xlsxReader{file: file, rows: rows}, nil
}

// workbookError sorts out the limit on unpacking from other faults.
func workbookError(err error) error {
	if strings.Contains(err.Error(), "unzip size exceeds") {
		return ErrTooLarge.Because(err)
	}
	return ErrNotReadable.Because(err)
}

// showDatesAsISO changes, in memory only, each style that shows a date.
func showDatesAsISO(file *excelize.File) {
	styles := file.Styles
	custom := map[int]bool{}
	if styles.NumFmts != nil {
		for _, format := range styles.NumFmts.NumFmt {
			custom[format.NumFmtID] = true
			if datePattern(format.FormatCode) {
				format.FormatCode, format.FormatCode16 = isoDate, ""
			}
		}
	}
	const shortDate = 14
	if styles.CellXfs == nil || custom[shortDate] {
		return
	}
	for i := range styles.CellXfs.Xf {
		id := styles.CellXfs.Xf[i].NumFmtID
		if id != nil && !custom[*id] && builtInDate(*id) {
			plain := shortDate
			styles.CellXfs.Xf[i].NumFmtID = &plain
		}
	}
}

// builtInDate reports whether a built-in number format shows a day.
func builtInDate(id int) bool {
	return id >= 14 && id <= 17 || id == 22 || id >= 27 && id <= 31 || id == 36 || id >= 50 && id <= 54 || id == 57 || id == 58
}

// datePattern reports whether a format's code shows a year or a day, outside
// of quoted text and of colours and conditions in brackets.
func datePattern(code string) bool {
	quoted, bracket := false, false
	for i := 0; i < len(code); i++ {
		switch b := code[i]; {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '\\':
			i++
		case b == '[':
			bracket = true
		case b == ']':
			bracket = false
		case bracket:
		case b == 'y', b == 'Y', b == 'd', b == 'D':
			return true
		}
	}
	return false
}

// next returns the next record, or io.EOF after the last.
func (x *xlsxReader) next() (rec record, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = ErrNotReadable.Because(fmt.Errorf("workbook: %v", p))
		}
	}()
	if !x.rows.Next() {
		if err := x.rows.Error(); err != nil {
			return record{}, ErrNotReadable.Because(err)
		}
		return record{}, io.EOF
	}
	x.line++
	cells, err := x.rows.Columns()
	if err != nil {
		return record{}, ErrNotReadable.Because(err)
	}
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	if len(cells) > maxColumns {
		return record{}, ErrTooLarge
	}
	for _, c := range cells {
		if len(c) > maxCell {
			return record{}, ErrTooLarge
		}
	}
	return record{line: x.line, cells: cells}, nil
}

// close frees the workbook.
func (x *xlsxReader) close() error {
	rowsErr, fileErr := x.rows.Close(), x.file.Close()
	if rowsErr != nil {
		return rowsErr
	}
	return fileErr
}
