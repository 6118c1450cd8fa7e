package sheet

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// refusedSuffix ends the name of a sheet of refused rows.
const refusedSuffix = ".refused.csv"

// A File is a file that Folder found: a sheet of some kind, or one that cannot
// be read as a sheet, with the error that says why.
type File struct {
	Path string
	Name string
	Kind Kind
	Err  error
}

// Folder returns the folder's files in the order in which to import them, by
// kind and then by name; those that cannot be read come last, with their
// errors. It leaves out folders, hidden files, the lock files of office
// programs, refused rows written earlier, and .json and .md files.
func Folder(dir string) ([]File, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, ErrNotReadable.Because(err)
	}
	var files []File
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		if passedOver(entry.Name()) {
			continue
		}
		if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
			continue
		}
		files = append(files, recognise(path))
	}
	slices.SortFunc(files, func(a, b File) int {
		return cmp.Or(cmp.Compare(a.Kind.Order(), b.Kind.Order()), strings.Compare(a.Name, b.Name))
	})
	return files, nil
}

// passedOver reports whether a file of the name is no sheet to import.
func passedOver(name string) bool {
	lower := strings.ToLower(name)
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~$") ||
		strings.HasSuffix(lower, refusedSuffix) ||
		strings.HasSuffix(lower, ".json") || strings.HasSuffix(lower, ".md")
}

// recognise opens the file to see what it lists.
func recognise(path string) File {
	file := File{Path: path, Name: filepath.Base(path)}
	r, err := Open(path)
	if err != nil {
		file.Err = err
		return file
	}
	file.Kind = r.Kind()
	if err := r.Close(); err != nil {
		file.Kind, file.Err = Unknown, inSheet(ErrNotReadable.Because(err), file.Name)
	}
	return file
}
