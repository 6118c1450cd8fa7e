package importer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// patience is how long a service may be away before an import stops, and how
// long the reactions may stand still at its end.
const patience = time.Minute

// Stopped ends an import that met something that is not about a row: a service
// that is away, a full disk, a broken link, the operator. What was judged until
// then counts; what could not be asked counts as nothing.
type Stopped struct {
	Sheet string // "" where all rows were judged
	Rows  int    // that were judged until then
	cause error
}

// Error says in one sentence what happened, what was done and what to do.
func (s *Stopped) Error() string {
	e := errs.From(s.cause)
	what, then := e.Text+" ("+e.Code+at(e)+")", "when that is mended"
	switch {
	case errors.Is(s.cause, context.Canceled):
		what, then = "it was interrupted", "to go on"
	case e.Kind == errs.Unauthenticated:
		then = "to be let in anew and go on"
	case errors.Is(s.cause, sqldb.ErrFull):
		what, then = "the disk is full ("+e.Code+")", "when there is room"
	case e.Code == errs.ErrInternal.Code && s.cause != nil:
		what = s.cause.Error()
	}
	return fmt.Sprintf("the import stopped in %s after %d rows: %s; what was done is kept, no row was refused for this, and rows to be mended stay as they are: give the same command again %s, and what is there is found unchanged",
		s.Sheet, s.Rows, strings.TrimSuffix(what, "."), then)
}

// at names the service that an error speaks of.
func at(e *errs.Error) string {
	if name := e.Detail["service"]; name != "" {
		return ", " + name
	}
	return ""
}

// Unwrap returns what happened.
func (s *Stopped) Unwrap() error { return s.cause }

// aboutRow reports whether an error says something of the row. Whoever may not
// sign, cannot be reached or has no room says nothing of it.
func aboutRow(err error) bool {
	code := errs.CodeOf(err)
	if errors.Is(err, rpc.ErrField) { // a value of the row has not the form of its field
		return true
	}
	if errors.Is(err, auth.ErrDivision) || errors.Is(err, auth.ErrNotYours) { // whose the row is, is another county
		return true
	}
	for _, prefix := range []string{"rpc.", "auth.", "identity.", "program.", "outbox.", "origin.", "registry.vault."} {
		if strings.HasPrefix(code, prefix) {
			return false
		}
	}
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Conflict, errs.NotFound, errs.Denied:
		return true
	}
	return false
}

// passing reports whether an error may be gone at the next try.
func passing(err error) bool {
	if errors.Is(err, sqldb.ErrFull) {
		return false
	}
	switch errs.KindOf(err) {
	case errs.Unavailable, errs.Overloaded, errs.Deadline:
		return true
	}
	return errors.Is(err, outbox.ErrStale)
}

// patiently repeats a call that met a busy or absent service, for as long as the
// import has patience. Every method of an import may be repeated: the same row
// again changes nothing.
func (im *Importer) patiently(ctx context.Context, call func() error) error {
	var since time.Time
	for wait := pause; ; wait = min(2*wait, 5*time.Second) {
		err := call()
		if ctx.Err() != nil && err != nil {
			return context.Cause(ctx)
		}
		if err == nil || !passing(err) {
			return err
		}
		if since.IsZero() {
			since = time.Now()
		}
		if time.Since(since)+wait > im.Patience {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(wait):
		}
	}
}
