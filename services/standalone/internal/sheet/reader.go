// Package sheet reads the sheets that counties keep: CSV in UTF-8 or GB18030
// and XLSX, with their columns in any order. It finds out what a sheet lists,
// gives its rows one by one as text that is spelled in one way, says what it
// had to change for that, and writes refused rows back so that a clerk can mend
// them. It judges nobody: whether a number is valid, whether a person may be
// registered or whether a vacancy is lawful is the importer's business.
package sheet

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// maxFile bounds a file. A CSV is streamed; a workbook, and a CSV from a
// source that cannot go back to its start, are kept in memory.
const maxFile = 256 << 20

// A Reader gives the rows of one sheet. It is for one goroutine.
type Reader struct {
	name     string
	encoding Encoding
	head     *header
	source   source
	file     io.Closer // what Open opened, else nil
	book     *xlsxReader
}

// A source gives the records of a file, then io.EOF.
type source interface {
	next() (record, error)
}

// Open opens the sheet at the path and reads its header. The error says what
// the sheet lacks; the caller closes the reader.
func Open(path string) (*Reader, error) {
	name := filepath.Base(path)
	file, err := os.Open(path)
	if err != nil {
		return nil, inSheet(ErrNotReadable.Because(err), name)
	}
	r, err := NewReader(name, file)
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	r.file = file
	return r, nil
}

// NewReader reads a sheet from its present position to its end. A source that
// can seek is streamed and read twice, first to decide its encoding; any other
// is read into memory. The name serves for messages only.
func NewReader(name string, in io.Reader) (*Reader, error) {
	r := &Reader{name: name}
	if err := r.open(in); err != nil {
		if r.book != nil {
			_ = r.book.close()
		}
		return nil, r.fail(err)
	}
	return r, nil
}

// open finds the file's format and reads the header.
func (r *Reader) open(in io.Reader) error {
	text, start, err := seekable(in)
	if err != nil {
		return err
	}
	var magic [8]byte
	n, err := io.ReadFull(text, magic[:])
	if n == 0 {
		return ErrEmpty
	}
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	if bytes.HasPrefix(magic[:n], []byte("PK\x03\x04")) {
		return r.openBook(text, start)
	}
	if bytes.HasPrefix(magic[:n], []byte("\xd0\xcf\x11\xe0")) {
		return ErrNotReadable // the old Excel format, or a workbook under a password
	}
	return r.openText(text, start)
}

// openBook reads a workbook's header.
func (r *Reader) openBook(in io.ReadSeeker, start int64) error {
	if _, err := in.Seek(start, io.SeekStart); err != nil {
		return err
	}
	book, err := newXLSXReader(in)
	if err != nil {
		return err
	}
	r.encoding, r.book, r.source = XLSX, book, book
	return r.readHeader()
}

// openText decides the encoding of delimited text and reads its header.
func (r *Reader) openText(in io.ReadSeeker, start int64) error {
	found, err := surveyText(in, start)
	if err != nil {
		return err
	}
	text, err := decode(in, start, found.encoding)
	if err != nil {
		return err
	}
	r.encoding, r.source = found.encoding, newCSVReader(text)
	err = r.readHeader()
	if errors.Is(err, ErrHeaderMissing) && found.goodLines {
		return ErrEncoding // UTF-8 that is damaged further down
	}
	return err
}

// readHeader takes the first row that is not blank for the header.
func (r *Reader) readHeader() error {
	for {
		rec, err := r.source.next()
		if errors.Is(err, io.EOF) {
			return ErrEmpty
		}
		if err != nil {
			return err
		}
		if rec.blank() {
			continue
		}
		r.head, err = newHeader(rec.cells)
		return err
	}
}

// fail turns any error into one of this package that names the sheet.
func (r *Reader) fail(err error) error {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok {
		e = ErrNotReadable.Because(err)
	}
	return inSheet(e, r.name)
}

// seekable returns the input as something that can go back to where it is now.
func seekable(in io.Reader) (io.ReadSeeker, int64, error) {
	if s, ok := in.(io.ReadSeeker); ok {
		if start, end, err := extent(s); err == nil {
			if end-start > maxFile {
				return nil, 0, ErrTooLarge
			}
			return s, start, nil
		}
	}
	all, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if err != nil {
		return nil, 0, err
	}
	if len(all) > maxFile {
		return nil, 0, ErrTooLarge
	}
	return bytes.NewReader(all), 0, nil
}

// extent returns the position and the end of the input, and goes back.
func extent(s io.Seeker) (start, end int64, err error) {
	if start, err = s.Seek(0, io.SeekCurrent); err != nil {
		return 0, 0, err
	}
	if end, err = s.Seek(0, io.SeekEnd); err != nil {
		return 0, 0, err
	}
	_, err = s.Seek(start, io.SeekStart)
	return start, end, err
}

// Name returns the name under which the sheet was opened, without its folder.
func (r *Reader) Name() string { return r.name }

// Kind returns what the sheet lists; it is never Unknown.
func (r *Reader) Kind() Kind { return r.head.kind }

// Encoding returns how the sheet is written.
func (r *Reader) Encoding() Encoding { return r.encoding }

// Header returns the header as the file has it.
func (r *Reader) Header() []string { return append([]string(nil), r.head.cells...) }

// Next returns the next row that is not blank, io.EOF after the last, or the
// *errs.Error that ends the reading. A row that is wrong in itself is returned
// without an error; its Fault, and each of its typed forms, say what is wrong.
func (r *Reader) Next() (Row, error) {
	for {
		rec, err := r.source.next()
		if errors.Is(err, io.EOF) {
			return Row{}, io.EOF
		}
		if err != nil {
			return Row{}, r.fail(err)
		}
		if rec.blank() {
			continue
		}
		return newRow(rec, r.head), nil
	}
}

// Close frees what the reader holds; it closes the file only if Open opened it.
func (r *Reader) Close() error {
	var err error
	if r.book != nil {
		err = r.book.close()
	}
	if r.file != nil {
		err = errors.Join(err, r.file.Close())
	}
	return err
}
