package frame

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sheet"
)

// What a file may be that a form brings. It stays in memory while its page is made and
// is kept nowhere, so few are taken at once.
const (
	MostFile    = 16 << 20 // bytes
	fileTime    = 2 * time.Minute
	filesAtOnce = 4
)

// ErrNoFile refuses a form that should have brought a file.
var ErrNoFile = errs.New(errs.Invalid, "console.no_file", "Choose a file first.")

// uploads knows which pages take a file, and bounds how many are taken at once.
type uploads struct {
	pages *http.ServeMux
	slots chan struct{}
}

func newUploads(sections []Section) *uploads {
	u := &uploads{pages: http.NewServeMux(), slots: make(chan struct{}, filesAtOnce)}
	for _, one := range sections {
		for _, pattern := range one.Uploads {
			u.pages.HandleFunc(pattern, http.NotFound)
		}
	}
	return u
}

// room is how many bytes of a file the page of a request takes, where it brings one; done
// gives the room back.
func (u *uploads) room(r *http.Request) (most int64, done func(), err error) {
	done = func() {}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" || r.Method != http.MethodPost {
		return 0, done, nil
	}
	if _, pattern := u.pages.Handler(r); pattern == "" {
		return 0, done, nil
	}
	select {
	case u.slots <- struct{}{}:
		return MostFile, func() { <-u.slots }, nil
	default:
		return 0, done, rpc.ErrOverloaded
	}
}

// inMemory reads a form with its file, of which nothing is written to a disk.
func inMemory(r *http.Request, most int64) error {
	err := r.ParseMultipartForm(most + maxForm)
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return sheet.ErrTooLarge
	case err != nil:
		return errText
	}
	return nil
}

// File is the file that a form brought in a field.
func (v *Visit) File(field string) (in io.ReaderAt, size int64, err error) {
	if v.R.MultipartForm == nil || len(v.R.MultipartForm.File[field]) == 0 || v.R.MultipartForm.File[field][0].Size == 0 {
		return nil, 0, ErrNoFile.With("field", field)
	}
	head := v.R.MultipartForm.File[field][0]
	if head.Size > MostFile {
		return nil, 0, sheet.ErrTooLarge.With("field", field)
	}
	f, err := head.Open() // of what is in memory; closing it frees nothing
	return f, head.Size, err
}
