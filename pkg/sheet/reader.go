// Package sheet reads the sheets that counties keep: CSV in UTF-8, UTF-16 or
// GB18030 and XLSX, with their columns in any order. It finds out what a sheet
// lists, gives its rows one by one as text that is spelled in one way, says what
// it had to change for that and what it did not read, and writes refused rows
// back so that a clerk can mend them. It judges nobody: whether a number is
// valid, whether a person may be registered or whether a vacancy is lawful is
// the importer's business.
//
// It reads what a clerk sees who opens the file: the sheets, rows and columns
// that are shown. Of a cell it takes what is stored and not what is displayed.
// All is streamed, so that memory does not follow the size of what comes.
package sheet

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// maxFile bounds a file, packed or not.
const maxFile = 1 << 30

// A Book is an open file: a workbook with its sheets, or a CSV, which is one.
type Book struct {
	name     string
	encoding Encoding
	sheets   []*Reader
	unread   []Unread
	file     io.Closer // what Open opened, else nil
}

// A Reader gives the rows of one sheet. It is for one goroutine.
type Reader struct {
	name    string
	tab     string // empty where the file is no workbook
	book    *Book
	head    *header
	source  source
	ended   error    // what ended the reading, io.EOF included
	held    []record // rows that were read while the header was looked for
	ahead   int      // how many of them have been taken
	recent  recent   // what came before the present row
	skipped map[Skip]int
	unread  []Unread
	mend    func(line int) []string // the cells that somebody typed for a row; nil is none
}

// A source gives the records of a file, then io.EOF.
type source interface {
	next() (record, error)
}

// Open opens the file at the path and reads the headers of its sheets. It fails
// where none can be read; what a book does not read beside others is in Unread.
// The name, which messages bear, is the path's last element. Reading ends when
// the context does. The caller closes the book.
func Open(ctx context.Context, path string) (*Book, error) {
	return openNamed(ctx, path, filepath.Base(path))
}

// openNamed is Open under another name.
func openNamed(ctx context.Context, path, name string) (*Book, error) {
	b, err := load(ctx, path, name)
	if err == nil && len(b.sheets) == 0 {
		err = inFile(b.nothing(), name)
		_ = b.Close() // it was only read
	}
	if err != nil {
		return nil, err
	}
	return b, nil
}

// load opens a file, also where it has no sheet to read.
func load(ctx context.Context, path, name string) (*Book, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = ErrNotReadable // opening a pipe would wait for its other end
	}
	if err != nil {
		return nil, inFile(err, name)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, inFile(err, name)
	}
	b := &Book{name: name, file: file}
	if err := b.open(file, info.Size(), ending(ctx)); err != nil {
		_ = b.Close() // it was only read
		return nil, inFile(err, name)
	}
	return b, nil
}

// NewBook reads a file of the size. The name serves for messages only.
func NewBook(ctx context.Context, name string, in io.ReaderAt, size int64) (*Book, error) {
	b := &Book{name: name}
	err := b.open(in, size, ending(ctx))
	if err == nil && len(b.sheets) == 0 {
		err = b.nothing()
	}
	if err != nil {
		_ = b.Close() // it was only read
		return nil, inFile(err, name)
	}
	return b, nil
}

// ending returns what says whether the caller has stopped.
func ending(ctx context.Context) func() error {
	return func() error { return context.Cause(ctx) }
}

// nothing says why a book has no sheet to read: for its first that is not, and
// where a clerk is shown none for that.
func (b *Book) nothing() error {
	if len(b.unread) == 0 {
		return ErrEmpty
	}
	worst := func(u Unread) int {
		switch u.Code {
		case ErrProse.Code:
			return 2
		case ErrSheetHidden.Code:
			return 1
		}
		return 0
	}
	return slices.MinFunc(b.unread, func(a, c Unread) int { return worst(a) - worst(c) }).err
}

// open finds the file's format and reads the headers.
func (b *Book) open(in io.ReaderAt, size int64, stop func() error) error {
	workbook, text, err := formatOf(in, size, stop)
	switch {
	case err != nil:
		return err
	case workbook:
		return b.openWorkbook(in, size, stop)
	}
	return b.openText(text)
}

// formatOf says whether a file is a workbook, else a text to read; neither is an error.
func formatOf(in io.ReaderAt, size int64, stop func() error) (workbook bool, text io.ReadSeeker, err error) {
	if size > maxFile {
		return false, nil, ErrTooLarge
	}
	magic := make([]byte, min(8, size))
	if _, err := in.ReadAt(magic, 0); err != nil && !errors.Is(err, io.EOF) {
		return false, nil, err
	}
	text = stopping{io.NewSectionReader(in, 0, size), stop}
	switch {
	case len(magic) == 0:
		err = ErrEmpty
	case bytes.HasPrefix(magic, []byte("PK")):
		return true, nil, nil
	case bytes.HasPrefix(magic, []byte("\xd0\xcf\x11\xe0")):
		if err = ErrFormat; encrypted(text) { // else the old formats of Excel and WPS
			err = ErrPassword
		}
	case bytes.HasPrefix(magic, []byte("<")), bytes.HasPrefix(magic, []byte(byteOrderMark+"<")), bytes.HasPrefix(magic, []byte("{\\rtf")), bytes.HasPrefix(magic, []byte("%PDF")):
		err = ErrFormat // a page of the web, or a document, under the name of a sheet
	}
	return false, text, err
}

// openWorkbook reads the headers of a workbook's sheets.
func (b *Book) openWorkbook(in io.ReaderAt, size int64, stop func() error) error {
	w, err := openWorkbook(in, size, stop)
	if err != nil {
		return err
	}
	b.encoding = XLSX
	for _, t := range w.tabs {
		if t.hidden {
			b.leave(Unread{Sheet: t.name}, ErrSheetHidden)
			continue
		}
		r := &Reader{name: b.name, tab: t.name, book: b}
		s, err := openWorksheet(w, t)
		if err == nil {
			r.source = s
			err = r.readHeader(w.epoch, false)
		}
		if err == nil {
			err = r.hideColumns(s)
		}
		switch {
		case err == nil:
			b.sheets = append(b.sheets, r)
			continue
		case stopped(err):
			return err
		case !errors.Is(err, ErrEmpty):
			e := asFault(err)
			b.leave(Unread{Sheet: t.name, Column: e.Detail["column"], Spare: errors.Is(err, ErrProse)}, e)
		}
		if s != nil {
			_ = s.close() // it was only read
		}
	}
	return nil
}

// leave names something that the book does not read.
func (b *Book) leave(u Unread, e *errs.Error) {
	b.unread = append(b.unread, u.because(b.name, e))
}

// openText decides the encoding of delimited text and reads its header.
func (b *Book) openText(in io.ReadSeeker) error {
	found, err := surveyText(in)
	if err != nil {
		return err
	}
	text, err := decode(in, found.encoding)
	if err != nil {
		return err
	}
	b.encoding = found.encoding
	r := &Reader{name: b.name, book: b, source: newCSVReader(text)}
	err = r.readHeader(epoch1900, found.numbers.spread())
	if errors.Is(err, ErrHeaderMissing) && found.goodLines {
		return ErrEncoding // UTF-8 that is damaged further down
	}
	if err == nil {
		b.sheets = []*Reader{r}
	}
	return err
}

// stopping is a text that ends with an error when it is told to stop.
type stopping struct {
	io.ReadSeeker
	stop func() error
}

func (s stopping) Read(p []byte) (int, error) {
	if err := s.stop(); err != nil {
		return 0, err
	}
	return s.ReadSeeker.Read(p)
}

// stopped reports whether the caller ended the reading.
func stopped(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// asFault turns any error into one of this package.
func asFault(err error) *errs.Error {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return e
	}
	return ErrNotReadable.Because(err)
}

// inFile returns any error as one of this package that names the file; that the
// caller has stopped stays as it is.
func inFile(err error, name string) error {
	if stopped(err) {
		return err
	}
	return asFault(err).With("file", name)
}

// Name returns the name under which the book was opened.
func (b *Book) Name() string { return b.name }

// Encoding returns how the file is written.
func (b *Book) Encoding() Encoding { return b.encoding }

// Sheets returns the sheets that have a known header, in the file's order.
func (b *Book) Sheets() []*Reader { return b.sheets }

// Sheet returns the sheet of the name, or nil.
func (b *Book) Sheet(name string) *Reader {
	for _, r := range b.sheets {
		if r.tab == name {
			return r
		}
	}
	return nil
}

// Unread returns what was not read: whole sheets first, then what the sheets'
// readers have passed so far. It is complete when each has come to its end.
func (b *Book) Unread() []Unread {
	all := append([]Unread(nil), b.unread...)
	for _, r := range b.sheets {
		all = append(all, r.unread...)
	}
	return all
}

// Close frees what the book holds; it closes the file only if Open opened it.
func (b *Book) Close() error {
	err := b.closeSheets()
	if b.file != nil {
		err = errors.Join(err, b.file.Close())
	}
	return err
}

func (b *Book) closeSheets() error {
	var err error
	for _, r := range b.sheets {
		if s, ok := r.source.(*worksheet); ok {
			err = errors.Join(err, s.close())
		}
	}
	return err
}

// Name returns the name of the sheet's file.
func (r *Reader) Name() string { return r.name }

// Sheet returns the sheet's name in its workbook; it is empty for a CSV.
func (r *Reader) Sheet() string { return r.tab }

// Kind returns what the sheet lists; it is never Unknown.
func (r *Reader) Kind() Kind { return r.head.shape.kind }

// Encoding returns how the sheet is written.
func (r *Reader) Encoding() Encoding { return r.book.encoding }

// Header returns the header as the file has it; of a header of two rows, what
// was made of them.
func (r *Reader) Header() []string { return append([]string(nil), r.head.cells...) }

// Skipped returns how many rows were recognised as what is no data, by kind.
func (r *Reader) Skipped() map[Skip]int { return r.skipped }

// Unread returns what the reader has passed over so far; it is complete after
// the last row.
func (r *Reader) Unread() []Unread { return append([]Unread(nil), r.unread...) }

// Next returns the next row of data, io.EOF after the last, or the *errs.Error
// that ends the reading. A row that is wrong in itself is returned without an
// error; its Fault, and each of its typed forms, say what is wrong. Titles,
// sums, signatures and the like are counted in Skipped; what is passed over
// beside them, such as a hidden row, is added to Unread.
func (r *Reader) Next() (Row, error) {
	for {
		rec, err := r.record()
		if errors.Is(err, io.EOF) {
			return Row{}, io.EOF
		}
		if err != nil {
			return Row{}, r.fail(err)
		}
		if r.data(rec) {
			row := newRow(rec, r.head)
			if typed := r.typed(rec.line); typed != nil {
				return newRow(record{line: rec.line, cells: typed}, r.head), nil
			}
			if r.head.mended && r.tab != refusedTab { // a workbook of ours has nothing to take back
				unescapeCells(row.cells)
			}
			return row, nil
		}
	}
}

// Mend has rows read as somebody typed them instead: cells gives all cells of the row that
// begins in a line, by the header's order, or nil for one that stays as the file has it.
func (r *Reader) Mend(cells func(line int) []string) { r.mend = cells }

func (r *Reader) typed(line int) []string {
	if r.mend == nil {
		return nil
	}
	return slices.Clone(r.mend(line))
}

// record returns the next record, of those that were read early first.
func (r *Reader) record() (record, error) {
	if r.ahead < len(r.held) {
		rec := r.held[r.ahead]
		if r.ahead++; r.ahead == len(r.held) {
			r.held, r.ahead = nil, 0
		}
		return rec, nil
	}
	if r.ended != nil {
		return record{}, r.ended
	}
	rec, err := r.source.next()
	if err != nil {
		r.ended = err
	}
	return rec, err
}

// fail turns any error into one of this package that names file, sheet and line.
func (r *Reader) fail(err error) error {
	if stopped(err) {
		return err
	}
	e := asFault(err).With("file", r.name)
	if r.tab != "" {
		e = e.With("sheet", r.tab)
	}
	return e
}

// hideColumns names the columns of the header that nobody is shown, and takes
// them out of it. Without a required one the sheet cannot be read.
func (r *Reader) hideColumns(s *worksheet) error {
	for _, h := range r.head.cells {
		name := canonical(h)
		i, ok := r.head.place[name]
		if !ok || !r.head.known[i] || !s.unseen(i) {
			continue
		}
		if slices.Contains(r.head.shape.required, name) {
			return ErrColumnHidden.With("column", name)
		}
		r.leave(Unread{Column: name}, ErrColumnHidden)
		delete(r.head.place, name)
		r.head.known[i] = false
	}
	return nil
}

// leave names something that the reader passes over.
func (r *Reader) leave(u Unread, e *errs.Error) {
	u.Sheet = r.tab
	u = u.because(r.name, e)
	if n := len(r.unread); n > 0 {
		if last := &r.unread[n-1]; last.Code == u.Code && last.Column == u.Column && (last.Line+last.Rows == u.Line || n == maxUnread) {
			last.Rows += u.Rows
			return
		}
		if n == maxUnread {
			r.unread = append(r.unread, Unread{Sheet: r.tab, Rows: u.Rows, Line: u.Line}.because(r.name, ErrMoreUnread))
			return
		}
		if n > maxUnread {
			r.unread[n-1].Rows += u.Rows
			return
		}
	}
	r.unread = append(r.unread, u)
}

// Label names the sheet for a person: the file, and the sheet in it where the
// file has several.
func (r *Reader) Label() string { return label(r.name, r.tab, len(r.book.sheets)) }

func label(name, tab string, sheets int) string {
	if sheets < 2 || tab == "" {
		return name
	}
	return strings.Join([]string{name, tab}, " / ")
}
