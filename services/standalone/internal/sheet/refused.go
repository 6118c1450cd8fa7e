package sheet

import (
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The two columns that a sheet of refused rows adds. They are ignored when the
// mended sheet is imported.
const (
	RefusedCodeColumn   = "拒绝原因代码"
	RefusedReasonColumn = "拒绝原因"
)

// A RefusedWriter writes refused rows with all their cells as they were, and
// why each was refused, so that a clerk can mend the sheet and import it again.
type RefusedWriter struct {
	out   *csv.Writer
	keep  []int // the columns of the original, without reasons from an earlier import
	width int
	count int
}

// NewRefusedWriter begins a sheet of refused rows of the reader's sheet, in
// UTF-8 with the byte-order mark that Excel wants to see.
func NewRefusedWriter(w io.Writer, of *Reader) (*RefusedWriter, error) {
	r := &RefusedWriter{out: csv.NewWriter(w), width: len(of.head.cells)}
	for i, h := range of.head.cells {
		if name := canonical(h); name != RefusedCodeColumn && name != RefusedReasonColumn {
			r.keep = append(r.keep, i)
		}
	}
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return nil, ErrNotReadable.Because(err)
	}
	return r, r.write(of.head.cells, RefusedCodeColumn, RefusedReasonColumn)
}

// Write adds a row with the reason's code and the sentence for the clerk.
func (r *RefusedWriter) Write(row Row, code, sentence string) error {
	if err := r.write(row.cells, code, sentence); err != nil {
		return err
	}
	r.count++
	return nil
}

// write writes the original cells, the two reasons, and at the end what a row
// had beyond its header.
func (r *RefusedWriter) write(row []string, code, sentence string) error {
	cells := make([]string, 0, len(row)+2)
	for _, i := range r.keep {
		cells = append(cells, row[i])
	}
	cells = append(cells, code, sentence)
	return r.out.Write(append(cells, row[r.width:]...))
}

// Count returns how many rows have been written.
func (r *RefusedWriter) Count() int { return r.count }

// Flush hands all that was written to the underlying writer.
func (r *RefusedWriter) Flush() error {
	r.out.Flush()
	return r.out.Error()
}

// RefusedName returns the path of the sheet of refused rows that belongs to the
// sheet: workers.csv has workers.refused.csv beside it.
func RefusedName(path string) string {
	if strings.HasSuffix(strings.ToLower(path), refusedSuffix) {
		return path
	}
	ext := filepath.Ext(path)
	if slices.Contains([]string{".csv", ".tsv", ".txt", ".xlsx", ".xlsm"}, strings.ToLower(ext)) {
		path = strings.TrimSuffix(path, ext)
	}
	return path + refusedSuffix
}

// A RefusedFile is a RefusedWriter on a file. The file appears when it is
// closed, complete and readable by its owner only, and only if a row was
// refused; what an earlier import left under its name is replaced or removed.
type RefusedFile struct {
	*RefusedWriter
	path string
	file *os.File
}

// CreateRefused begins the file of refused rows at the path (see RefusedName).
func CreateRefused(path string, of *Reader) (*RefusedFile, error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".refused-*.tmp")
	if err != nil {
		return nil, ErrNotReadable.Because(err)
	}
	w, err := NewRefusedWriter(file, of)
	if err != nil {
		return nil, errors.Join(err, file.Close(), os.Remove(file.Name()))
	}
	return &RefusedFile{RefusedWriter: w, path: path, file: file}, nil
}

// Path returns where the file stands after Close.
func (f *RefusedFile) Path() string { return f.path }

// Discard gives the file up; what stands at its path stays.
func (f *RefusedFile) Discard() error {
	return errors.Join(f.file.Close(), os.Remove(f.file.Name()))
}

// Close puts the file in its place if it has rows, and else leaves none there.
func (f *RefusedFile) Close() error {
	err := errors.Join(f.Flush(), f.file.Sync(), f.file.Close())
	if err != nil || f.count == 0 {
		err = errors.Join(err, os.Remove(f.file.Name()))
	} else {
		return os.Rename(f.file.Name(), f.path)
	}
	if err != nil {
		return err
	}
	if err := os.Remove(f.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
