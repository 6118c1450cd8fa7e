package sheet

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/pkg/spreadsheet"
)

// The columns that a sheet of refused rows adds: why a row was refused, and
// where it stood. They are ignored when the mended sheet is imported, but that
// a row which is refused again keeps where it first stood.
const (
	RefusedCodeColumn   = "拒绝原因代码"
	RefusedReasonColumn = "拒绝原因"
	RefusedFileColumn   = "原文件"
	RefusedSheetColumn  = "原工作表"
	RefusedLineColumn   = "原行号"
)

// refusedColumns are those columns in their order.
var refusedColumns = []string{RefusedCodeColumn, RefusedReasonColumn, RefusedFileColumn, RefusedSheetColumn, RefusedLineColumn}

// refusedTab is the name of the workbook's one sheet.
const refusedTab = "待更正"

// The ends of the names of refused rows' two files.
const (
	RefusedXLSX = ".refused.xlsx"
	RefusedCSV  = ".refused.csv"
)

// refusedRun is what stands between a sheet's name and the end of the name of
// its refused rows.
var refusedRun = regexp.MustCompile(`(?i)(?:@[0-9A-Za-z-]{1,40})?\.refused\.(?:xlsx|csv)$`)

// isRefused reports whether a file of the name holds refused rows.
func isRefused(name string) bool { return refusedRun.MatchString(name) }

// refusedOf returns the name of the file whose rows were refused.
func refusedOf(name string) string {
	name = refusedRun.ReplaceAllString(name, "")
	if file, _, found := strings.Cut(name, "#"); found {
		return file
	}
	return name
}

// RefusedName returns the name, without its end, of the files with the refused
// rows of a sheet in one run of an import. The sheet's whole name is in it, so
// that workers.csv and workers.tsv have files of their own, and so is the sheet
// of a workbook: "名册.xlsx#红墩镇@20261129-010203". Rows that are refused again
// stay under the name of the sheet that they first stood in.
func RefusedName(f File, run string) string {
	name := strings.ReplaceAll(f.Name, "/", "_")
	if isRefused(name) {
		return refusedRun.ReplaceAllString(name, "") + "@" + run
	}
	if f.Sheet != "" {
		name += "#" + strings.Map(func(r rune) rune {
			if strings.ContainsRune(`/\:*?"<>|#@`, r) || unseen(r) {
				return '_'
			}
			return r
		}, f.Sheet)
	}
	// A name has 255 bytes, of which the run and the end take some.
	return cut(name, 180) + "@" + run
}

// A RefusedWriter writes refused rows with all their cells as they were, and
// why each was refused, so that a clerk can mend the sheet and import it again:
// as CSV, and as a workbook of text cells, which a spreadsheet program saves
// without making numbers of identity numbers.
type RefusedWriter struct {
	csv   *spreadsheet.CSV
	book  *spreadsheet.Writer
	of    *Reader
	keep  []int // the columns of the original, without those of an earlier import
	count int
}

// NewRefusedWriter begins the two sheets of refused rows of the reader's sheet.
// The CSV is UTF-8 with the byte-order mark that spreadsheet programs want to see.
func NewRefusedWriter(text, workbook io.Writer, of *Reader) (*RefusedWriter, error) {
	c, err := spreadsheet.NewCSV(text)
	if err != nil {
		return nil, err
	}
	b, err := spreadsheet.New(workbook, spreadsheet.Sheet{Tab: refusedTab})
	if err != nil {
		return nil, err
	}
	r := &RefusedWriter{csv: c, book: b, of: of}
	var head []string
	for i, h := range of.head.cells {
		if !slices.Contains(refusedColumns, canonical(h)) {
			r.keep = append(r.keep, i)
			head = append(head, h)
		}
	}
	return r, r.write(append(head, refusedColumns...))
}

// Write adds a row with the reason's code and the sentence for the clerk.
func (r *RefusedWriter) Write(row Row, code, sentence string) error {
	cells := make([]string, 0, len(row.cells)+len(refusedColumns))
	for _, i := range r.keep {
		cells = append(cells, row.cells[i])
	}
	file, tab, line := r.of.name, r.of.tab, strconv.Itoa(row.Line)
	if row.Get(RefusedLineColumn) != "" {
		file, tab, line = row.Get(RefusedFileColumn), row.Get(RefusedSheetColumn), row.Get(RefusedLineColumn)
	}
	cells = append(cells, code, sentence, file, tab, line)
	r.count++
	return r.write(append(cells, row.cells[len(r.of.head.cells):]...))
}

// write writes one row to both.
func (r *RefusedWriter) write(cells []string) error {
	if err := r.book.Row(cells); err != nil {
		return err
	}
	return r.csv.Row(cells)
}

// Count returns how many rows have been written.
func (r *RefusedWriter) Count() int { return r.count }

// Flush completes both sheets. Nothing can be written after it.
func (r *RefusedWriter) Flush() error {
	return errors.Join(r.csv.Close(), r.book.Close())
}

// unescapeCells takes back what spreadsheet.Inert did.
func unescapeCells(cells []string) {
	for i, c := range cells {
		if rest, ok := strings.CutPrefix(c, "'"); ok && spreadsheet.Inert(rest) == c {
			cells[i] = rest
		}
	}
}

// A RefusedFile is a RefusedWriter on two files. They appear when it is closed,
// complete and readable by their owner only, and only if a row was refused.
type RefusedFile struct {
	base  string
	of    *Reader
	w     *RefusedWriter
	files []*os.File
	bufs  []*bufio.Writer
}

// CreateRefused begins the files of refused rows; base is their path without
// its end (see RefusedName). Nothing is made until a row is written.
func CreateRefused(base string, of *Reader) *RefusedFile {
	return &RefusedFile{base: base, of: of}
}

// Paths returns where the files stand after Close.
func (f *RefusedFile) Paths() []string { return []string{f.base + RefusedXLSX, f.base + RefusedCSV} }

// Count returns how many rows have been written.
func (f *RefusedFile) Count() int {
	if f.w == nil {
		return 0
	}
	return f.w.Count()
}

// Write adds a row with the reason's code and the sentence for the clerk.
func (f *RefusedFile) Write(row Row, code, sentence string) error {
	if f.w == nil {
		if err := f.create(); err != nil {
			return errors.Join(err, f.Discard())
		}
	}
	return f.w.Write(row, code, sentence)
}

// create makes the files under names that say that they are not complete.
func (f *RefusedFile) create() (err error) {
	for range f.Paths() {
		file, err := os.CreateTemp(filepath.Dir(f.base), ".refused-*.tmp")
		if err != nil {
			return err
		}
		f.files, f.bufs = append(f.files, file), append(f.bufs, bufio.NewWriterSize(file, 64<<10))
	}
	f.w, err = NewRefusedWriter(f.bufs[1], f.bufs[0], f.of)
	return err
}

// Discard gives the files up; what stands at their paths stays.
func (f *RefusedFile) Discard() error {
	var err error
	for _, file := range f.files {
		err = errors.Join(err, file.Close(), os.Remove(file.Name()))
	}
	f.files, f.w = nil, nil
	return err
}

// Close puts the files in their places if they have rows.
func (f *RefusedFile) Close() error {
	if f.w == nil {
		return f.Discard()
	}
	err := f.w.Flush()
	for i, file := range f.files {
		err = errors.Join(err, f.bufs[i].Flush(), file.Sync())
	}
	if err != nil {
		return errors.Join(err, f.Discard())
	}
	for i, path := range f.Paths() {
		err = errors.Join(err, f.files[i].Close(), os.Rename(f.files[i].Name(), path))
	}
	f.files, f.w = nil, nil
	return err
}
