package frame

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"sync"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sheet"
	"github.com/qiao-platform/qiao/services/console/internal/frame/session"
)

// What a file may be that a form brings. It stays in memory while its page is made and
// is kept nowhere, so few are taken at once: of a session, no more than a form that is
// sent twice at once needs.
const (
	MostFile       = 16 << 20 // bytes
	fileTime       = 2 * time.Minute
	filesAtOnce    = 4
	filesOfSession = 2
)

// ErrNoFile refuses a form that should have brought a file.
var ErrNoFile = errs.New(errs.Invalid, "console.no_file", "Choose a file first.")

// uploads bounds how many files are taken at once.
type uploads struct {
	mu    sync.Mutex
	all   int
	taken map[string]int // of a session
}

// take takes a place for a session's file, where there is one; done gives it back.
func (u *uploads) take(session string) (done func(), ok bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.all == filesAtOnce || u.taken[session] == filesOfSession {
		return nil, false
	}
	if u.taken == nil {
		u.taken = map[string]int{}
	}
	u.all++
	u.taken[session]++
	return func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.all--
		if u.taken[session]--; u.taken[session] == 0 {
			delete(u.taken, session)
		}
	}, true
}

// bringsFile reports a form that may have a file.
func bringsFile(r *http.Request) bool {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return kind == "multipart/form-data" && r.Method == http.MethodPost
}

// file takes a form with its file from who may send it. Who that is is found out before
// anything of the form is read or takes a place: a file may take minutes to come, and
// whoever has no right here would keep out who has.
func (s *Site) file(v *Visit, may Handler, next http.Handler) {
	secret := v.Secret()
	if secret == "" {
		v.unread()
		v.toSignIn(v.forgot())
		return
	}
	ctx, cancel := context.WithTimeout(v.R.Context(), Patience)
	in, err := s.Keeper.Read(ctx, secret, false)
	cancel()
	if err != nil {
		v.unread()
		v.shutOut(err, secret)
		return
	}
	r := v.R
	v.R = r.WithContext(session.With(r.Context(), in))
	if err := may(v); err != nil {
		v.unread()
		v.fail(err)
		return
	}
	done, ok := s.uploads.take(hashed(secret))
	if !ok {
		v.unread()
		v.fail(rpc.ErrOverloaded)
		return
	}
	defer done()
	s.take(v.W, r, MostFile, next)
}

// unread lets a form go by that is not taken, for as long as one without a file may take:
// a browser looks for an answer only once it has sent all.
func (v *Visit) unread() {
	_ = http.NewResponseController(v.W).SetReadDeadline(time.Now().Add(formTime)) // a recorder in a test has none
	_, _ = io.Copy(io.Discard, http.MaxBytesReader(v.W, v.R.Body, maxForm+MostFile))
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
