package sheet

import (
	"bytes"
	"cmp"
	"context"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// The limits on a folder.
const (
	maxDepth = 8
	maxFiles = 10_000
)

// A File is one sheet that Folder found: a CSV, or a sheet of a workbook.
type File struct {
	Path   string
	Name   string // the path from the folder, with slashes
	Sheet  string // the sheet's name in its workbook; empty for a CSV
	Kind   Kind
	Sheets int    // how many sheets of the file are read
	data   []byte // of a file that is held in memory, which has no path
}

// Label names the sheet for a person: the file, and the sheet in it where
// several of the file are read.
func (f File) Label() string { return label(f.Name, f.Sheet, f.Sheets) }

// Open opens the sheet. The caller closes the book.
func (f File) Open(ctx context.Context) (*Book, *Reader, error) {
	b, err := f.book(ctx)
	if err != nil {
		return nil, nil, err
	}
	r := b.Sheet(f.Sheet)
	if r == nil { // the file is another one now
		_ = b.Close() // it was only read
		return nil, nil, inFile(ErrNotReadable, f.Name)
	}
	return b, r, nil
}

func (f File) book(ctx context.Context) (*Book, error) {
	if f.data != nil {
		return NewBook(ctx, f.Name, bytes.NewReader(f.data), int64(len(f.data)))
	}
	return openNamed(ctx, f.Path, f.Name)
}

// Of returns the sheets of a file that is held in memory, in the order in which to import
// them, and what of it is not read. It fails where none of it can be.
func Of(ctx context.Context, name string, data []byte) ([]File, []Unread, error) {
	b, err := NewBook(ctx, name, bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, nil, err
	}
	var all []File
	for _, r := range b.Sheets() {
		all = append(all, File{Name: name, Sheet: r.Sheet(), Kind: r.Kind(), Sheets: len(b.Sheets()), data: data})
	}
	sorted(all)
	// What the book's sheets leave is told when they are read.
	return all, b.unread, b.Close()
}

// sorted brings sheets into the order in which to import them.
func sorted(all []File) {
	slices.SortStableFunc(all, func(a, b File) int {
		return cmp.Or(cmp.Compare(a.Kind.Order(), b.Kind.Order()), strings.Compare(a.Name, b.Name))
	})
}

// Folder returns the sheets of the folder and of the folders in it, in the order
// in which to import them, by kind and then by name, and what is not read: files
// that are no sheets and sheets that are not known. A path that is a file gives
// that file's sheets. It leaves out without a word hidden files and folders, the
// lock files of office programs, and the rows refused earlier of a sheet that
// lies beside them.
func Folder(ctx context.Context, dir string) ([]File, []Unread, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, nil, inFile(ErrNotReadable.Because(err), filepath.Base(dir))
	}
	w := walk{ctx: ctx}
	if info.IsDir() {
		err = w.folder(dir, "", 0)
	} else {
		err = w.file(dir, filepath.Base(dir))
	}
	if err != nil {
		return nil, nil, err
	}
	sorted(w.files)
	return w.files, w.unread, nil
}

// walk is a folder's reading under way.
type walk struct {
	ctx    context.Context
	files  []File
	unread []Unread
	seen   int
}

// folder reads one folder. The name is its path from the first one.
func (w *walk) folder(dir, name string, depth int) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		if depth == 0 {
			return inFile(ErrNotReadable.Because(err), filepath.Base(dir))
		}
		w.leave(name, ErrFolder)
		return nil
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	for _, base := range names {
		if err := context.Cause(w.ctx); err != nil {
			return err
		}
		if w.seen++; w.seen > maxFiles {
			return inFile(ErrTooLarge, filepath.Base(dir))
		}
		if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "~$") {
			continue
		}
		if err := w.entry(filepath.Join(dir, base), path.Join(name, base), names, depth); err != nil {
			return err
		}
	}
	return nil
}

// entry reads what stands in a folder under a name.
func (w *walk) entry(at, name string, beside []string, depth int) error {
	link, err := os.Lstat(at)
	if err != nil {
		w.leave(name, ErrNotReadable.Because(err))
		return nil
	}
	info := link
	if link.Mode()&os.ModeSymlink != 0 {
		if info, err = os.Stat(at); err != nil {
			w.leave(name, ErrNotReadable.Because(err))
			return nil
		}
	}
	switch {
	case info.IsDir() && (link != info || depth == maxDepth):
		w.leave(name, ErrFolder)
	case info.IsDir():
		return w.folder(at, name, depth+1)
	case !info.Mode().IsRegular():
		w.leave(name, ErrOtherFile)
	case isRefused(name):
		if !slices.Contains(beside, refusedOf(path.Base(name))) {
			w.leave(name, ErrRefusedFile)
		}
	case spare(name):
		w.leave(name, ErrOtherFile)
		w.unread[len(w.unread)-1].Spare = true
	default:
		return w.file(at, name)
	}
	return nil
}

// spare reports whether a file's name says that it holds no rows: what
// describes the sheets, and what systems leave in folders.
func spare(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".json", ".md":
		return true
	}
	base := strings.ToLower(path.Base(name))
	return base == "thumbs.db" || base == "desktop.ini"
}

func (w *walk) leave(name string, e *errs.Error) {
	w.unread = append(w.unread, Unread{}.because(name, e))
}

// file opens a file to see what it lists.
func (w *walk) file(at, name string) error {
	b, err := load(w.ctx, at, name)
	if stopped(err) {
		return err
	}
	if err != nil {
		e := asFault(err)
		if isColumnless(e) && !tabular(name) {
			e = ErrOtherFile
		}
		w.leave(name, e)
		return nil
	}
	if len(b.sheets)+len(b.unread) == 0 {
		w.leave(name, ErrEmpty)
	}
	for _, r := range b.Sheets() {
		w.files = append(w.files, File{Path: at, Name: name, Sheet: r.Sheet(), Kind: r.Kind(), Sheets: len(b.Sheets())})
	}
	// What the book's sheets leave is told when they are read.
	w.unread = append(w.unread, b.unread...)
	return b.Close()
}

// isColumnless reports whether a file was not known for a sheet at all.
func isColumnless(e *errs.Error) bool {
	switch e.Code {
	case ErrHeaderMissing.Code:
		return e.Detail["nearest"] == ""
	case ErrEncoding.Code, ErrFormat.Code:
		return true
	}
	return false
}

// tabular reports whether a file's name says that it is a sheet of some format.
func tabular(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".et", ".ett", ".xlt", ".xltx", ".xlsb", ".ods", ".htm", ".html":
		return true
	}
	return false
}
