// Package session is who uses a page, and as whom and for what the page asks the
// services. Who signed in is known by a session, which identity exchanges for a
// proof for each question (see [Keeper]). Nobody else asks anything.
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

// ErrOfficer is answered where a form lacks the number of an account to be made.
var ErrOfficer = errs.New(errs.Invalid, "console.officer", "Give the staff number: 2 to 32 letters, digits and hyphens.")

var staffNumber = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{1,31}$`)

// StaffNumber is a staff number in its one form, or ErrOfficer.
func StaffNumber(number string) (string, error) {
	if number = ident.StaffNumber(number); !staffNumber.MatchString(number) {
		return number, ErrOfficer
	}
	return number, nil
}

// Session is whoever uses a page.
type Session struct {
	who      auth.Principal
	in       *Known // nil where nobody signed in
	anywhere bool   // an officer's, on a page that is no department's own
}

// Console is the console itself, which asks identity for who sits before a page, and
// the departments for what everybody may see.
func Console() Session {
	return Session{who: auth.Principal{Kind: auth.Service, Subject: "console", Via: auth.ViaSystem}}
}

// Of is who signed in, at a page: a worker's, or one of a department's section.
func Of(r *http.Request, department string) Session {
	worker := ""
	if strings.HasPrefix(r.URL.Path, "/workers/") {
		worker = r.PathValue("ref")
	}
	return of(r, worker, department)
}

// OfDepartment is Of for an officer of a department, on a page on which several have
// something to do.
func OfDepartment(r *http.Request, department string) Session { return of(r, "", department) }

func of(r *http.Request, worker, department string) Session {
	if in := From(r.Context()); in != nil {
		return in.at(worker, department)
	}
	return Session{}
}

// As returns a context whose calls are made by who uses the page, for a purpose.
func (s Session) As(ctx context.Context, p Purpose) context.Context {
	who := s.who
	who.Purpose, who.LegalBasis = p.Code, p.LegalBasis
	if p.Counter {
		who.Via = auth.ViaCounter
	}
	if s.in != nil {
		who = s.in.asking(who)
		ctx = context.WithValue(ctx, asksKey{}, s.in)
		if s.anywhere {
			ctx = context.WithValue(ctx, anyDepartment{}, who)
		}
	}
	return rpc.As(ctx, who)
}

// For is the officer acting for a worker who stands before him.
func (s Session) For(worker string) Session {
	s.who.ActsFor = worker
	return s
}

// importsKey marks calls that bring in the rows of an officer's sheets.
type importsKey struct{}

// Importing returns a context in which whoever signed in brings in rows of sheets, and which
// goes on when the request has ended. What is asked in it keeps no session alive: nobody
// sits there for it.
func Importing(ctx context.Context) context.Context {
	ctx = context.WithValue(context.WithoutCancel(ctx), importsKey{}, true)
	if in := From(ctx); in != nil {
		one := *in
		one.Quiet = true
		ctx = context.WithValue(ctx, asksKey{}, &one)
	}
	return ctx
}

func imports(ctx context.Context) bool {
	yes, _ := ctx.Value(importsKey{}).(bool)
	return yes
}

// deskCookie remembers, while the browser is open, for which of the divisions an
// officer works whose rights cover several.
const deskCookie = "qiao_desk"

// Desk is an officer, and the division he works for.
type Desk struct{ Staff, Division string }

// DeskOf is the desk at which an officer sits: for the division of the account's only
// right in the department; one who has several, or a wider one, chose among what they
// cover. ok is false where that was not chosen yet.
func DeskOf(r *http.Request, department string, divisions []string) (d Desk, ok bool) {
	in := From(r.Context())
	if in == nil {
		return d, false
	}
	d.Staff = in.Subject
	if c, err := r.Cookie(deskCookie); err == nil {
		d.Division = c.Value
	}
	divisions = in.Covered(department, divisions)
	if own := in.divisions(department); len(own) == 1 && slices.Contains(divisions, own[0]) {
		d.Division = own[0]
	}
	return d, slices.Contains(divisions, d.Division)
}

// Remember keeps the division for the pages below a path.
func (d Desk) Remember(w http.ResponseWriter, path string) {
	http.SetCookie(w, &http.Cookie{Name: deskCookie, Value: d.Division, Path: path, HttpOnly: true, SameSite: http.SameSiteStrictMode})
}

// At is the officer at a desk.
func (s Session) At(d Desk) Session {
	s.who.Division = d.Division
	return s
}
