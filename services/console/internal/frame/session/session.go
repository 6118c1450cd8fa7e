// Package session is who uses a page, and as whom and for what the page asks the
// services. It is the one place that makes a principal: until there is sign-in
// the address of a page says whose it is, which every page tells, and an
// officer's staff number stands in the form that he signs.
package session

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rpc"
)

// Purpose is what a page asks for, and on which legal basis.
type Purpose struct {
	Code, LegalBasis string
	Counter          bool // the person whom it concerns stands at the officer's counter
}

// The purposes that pages of several sections have.
var (
	OwnRecord = Purpose{Code: "own_record", LegalBasis: "PIPL 44-45"}
	Recruit   = Purpose{Code: "recruit", LegalBasis: "LCL 7-8; SIL 58"}
)

// ErrOfficer is answered where a form lacks the number of who signs it.
var ErrOfficer = errs.New(errs.Invalid, "console.officer", "Give your staff number: 2 to 32 letters, digits and hyphens.")

// staffNumber is how an officer signs until sign-in exists: a number, no name.
var staffNumber = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{1,31}$`)

// Session is whoever uses a page.
type Session struct{ who auth.Principal }

// Worker is a worker at his own pages.
func Worker(ref string) Session {
	return Session{auth.Principal{Kind: auth.Worker, Subject: ref, Via: auth.ViaWeb}}
}

// Employer is an employer at its own pages.
func Employer(id string) Session {
	return Session{auth.Principal{Kind: auth.Employer, Subject: id, Via: auth.ViaWeb}}
}

// Officer is an officer of a department who looks and signs nothing.
func Officer(department string) Session {
	return Session{auth.Principal{Kind: auth.Officer, Subject: "console-" + department, Department: department, Division: auth.Everywhere, Via: auth.ViaWeb}}
}

// Of says who uses a page: the worker or the employer whose own page it is, else
// an officer of the department whose section it belongs to.
func Of(r *http.Request, department string) Session {
	switch {
	case strings.HasPrefix(r.URL.Path, "/workers/"):
		return Worker(r.PathValue("ref"))
	case strings.HasPrefix(r.URL.Path, "/employers/"):
		return Employer(r.PathValue("id"))
	}
	return Officer(department)
}

// As returns a context whose calls are made by who uses the page, for a purpose.
func (s Session) As(ctx context.Context, p Purpose) context.Context {
	who := s.who
	who.Purpose, who.LegalBasis = p.Code, p.LegalBasis
	if p.Counter {
		who.Via = auth.ViaCounter
	}
	return rpc.As(ctx, who)
}

// For is the officer acting for a worker who stands before him.
func (s Session) For(worker string) Session {
	s.who.ActsFor = worker
	return s
}

// Signed is the officer under the staff number of a form, in its one form: A001,
// a001 and Ａ００１ are one officer. On a worker's or an employer's own page nobody
// signs: a field of a form cannot say who they are.
func (s Session) Signed(number string) (Session, error) {
	s.who.Subject = ident.StaffNumber(number)
	if s.who.Kind != auth.Officer || !staffNumber.MatchString(s.who.Subject) {
		return s, ErrOfficer
	}
	return s, nil
}

// deskCookie remembers, while the browser is open, who works at a desk and for
// which county: one of two officers must be known before a page may say which of
// its buttons are his.
const deskCookie = "qiao_desk"

// Desk is an officer who gave a staff number, and the county he works for.
type Desk struct{ Staff, Division string }

// DeskOf reads the desk that was remembered; ok is false where there is none.
func DeskOf(r *http.Request, divisions []string) (d Desk, ok bool) {
	c, err := r.Cookie(deskCookie)
	if err != nil {
		return d, false
	}
	d.Staff, d.Division, _ = strings.Cut(c.Value, ".")
	d.Staff = ident.StaffNumber(d.Staff)
	return d, staffNumber.MatchString(d.Staff) && slices.Contains(divisions, d.Division)
}

// Remember keeps the desk for the pages below a path.
func (d Desk) Remember(w http.ResponseWriter, path string) {
	http.SetCookie(w, &http.Cookie{Name: deskCookie, Value: d.Staff + "." + d.Division, Path: path, HttpOnly: true, SameSite: http.SameSiteStrictMode})
}

// At is the officer at a desk.
func (s Session) At(d Desk) Session {
	s.who.Subject, s.who.Division = d.Staff, d.Division
	return s
}

// Number is the staff number or reference that a session's calls bear.
func (s Session) Number() string { return s.who.Subject }
