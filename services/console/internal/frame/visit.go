package frame

import (
	"context"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"sync"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rpc"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame/session"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

// Purpose is what a page asks the services for.
type Purpose = session.Purpose

// Desk is an officer, and the division he works for.
type Desk = session.Desk

// The purposes of a worker's and of an employer's own pages.
var (
	OwnRecord = session.OwnRecord
	Recruit   = session.Recruit
)

// Visit is one request for a page: what it says, who sent it, and how it is
// answered.
type Visit struct {
	W http.ResponseWriter
	R *http.Request
	P *words.Printer // speaks the page's language

	around     *words.Printer // speaks the language that was chosen, which is that of the frame
	site       *Site
	section    Section
	chapter    Chapter      // of the section; the one without pages is all of it
	key        string       // of the form
	desk       session.Desk // at which the page is, where it is at one
	department string       // whose the desk is
	withheld   []withheld
	ended      []context.CancelFunc
}

// end ends what was asked of the services for this visit.
func (v *Visit) end() {
	for _, cancel := range v.ended {
		cancel()
	}
}

// Path is a part of the address that a pattern names.
func (v *Visit) Path(name string) string { return v.R.PathValue(name) }

// Part is a part of the address, written for another address.
func (v *Visit) Part(name string) string { return url.PathEscape(v.R.PathValue(name)) }

// Query is a value of the address.
func (v *Visit) Query(name string) string { return v.R.URL.Query().Get(name) }

// Form is a field of the form that was sent.
func (v *Visit) Form(name string) string { return v.R.PostFormValue(name) }

// who is whoever uses the page.
func (v *Visit) who() session.Session { return session.Of(v.R, v.section.Department) }

// As returns a context whose calls are made by who uses the page, for a purpose.
// What the form of a page asks for is done once, however often it is sent.
func (v *Visit) As(p Purpose) context.Context { return v.by(v.who(), p, v.key) }

// AsOf is As for an officer of a department: for a page on which several departments
// have something to do, each through its own.
func (v *Visit) AsOf(department string, p Purpose) context.Context {
	return v.by(session.OfDepartment(v.R, department), p, v.key)
}

// Each is As for one of several calls of the same method that one form makes.
func (v *Visit) Each(p Purpose, which string) context.Context {
	return v.by(v.who(), p, v.key+"."+which)
}

// EachOf is Each for an officer of a department, as AsOf is As.
func (v *Visit) EachOf(department string, p Purpose, which string) context.Context {
	return v.by(session.OfDepartment(v.R, department), p, v.key+"."+which)
}

// Asking answers with h, which asks for a purpose as who signed in.
func Asking(p Purpose, h func(ctx context.Context, v *Visit) error) Handler {
	return func(v *Visit) error { return h(v.As(p), v) }
}

// Desk is who works at this desk and for which of the divisions; ok is false
// where that is to be chosen first.
func (v *Visit) Desk(divisions []string) (d session.Desk, ok bool) {
	return v.DeskOf(v.section.Department, divisions)
}

// DeskOf is Desk for an officer of another department than the section's.
func (v *Visit) DeskOf(department string, divisions []string) (d session.Desk, ok bool) {
	if d, ok = session.DeskOf(v.R, department, divisions); ok {
		v.desk, v.department = d, department
	}
	return d, ok
}

// Divisions is which of some divisions an officer may choose at the desk: those that the
// rights cover of who signed in.
func (v *Visit) Divisions(all []string) []string {
	return v.DivisionsOf(v.section.Department, all)
}

// DivisionsOf is Divisions for an officer of another department than the section's.
func (v *Visit) DivisionsOf(department string, all []string) []string {
	if in := v.In(); in != nil {
		return in.Covered(department, all)
	}
	return nil
}

// At is As for the officer at a desk.
func (v *Visit) At(d session.Desk, p Purpose) context.Context {
	return v.by(v.who().At(d), p, v.key)
}

// AtOf is At for an officer of another department than the section's.
func (v *Visit) AtOf(department string, d session.Desk, p Purpose) context.Context {
	return v.by(session.OfDepartment(v.R, department).At(d), p, v.key)
}

func (v *Visit) by(who session.Session, p Purpose, key string) context.Context {
	ctx := who.As(v.Context(), p)
	if key != "" {
		ctx = rpc.Once(ctx, key)
	}
	return ctx
}

// Context ends with the visit, and when a page's patience does. Only a demonstration's
// story, which plays many people, asks the services with it.
func (v *Visit) Context() context.Context {
	wait := Patience
	if v.R.Method == http.MethodPost {
		wait = longer
	}
	ctx, cancel := context.WithTimeout(v.R.Context(), wait)
	v.ended = append(v.ended, cancel)
	return ctx
}

// Sure is an error where the form's box beside what cannot be undone is empty.
func (v *Visit) Sure() error {
	if v.Form("sure") != "yes" {
		return ErrSure
	}
	return nil
}

// Importing is a context in which whoever uses the page brings in rows of sheets: it goes on
// when the visit has ended, and keeps no sign-in alive.
func (v *Visit) Importing() context.Context { return session.Importing(v.R.Context()) }

// Key is the key of the form that was sent: the same form has the same.
func (v *Visit) Key() string { return v.key }

// formKey is what a page writes into its forms.
var formKey = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// keyed reads the key of a form. Each form has one, made with its page, so that
// a second click and a reload do nothing twice.
func (v *Visit) keyed() error {
	if v.R.Method != http.MethodPost {
		return nil
	}
	if v.key = v.Form("key"); !formKey.MatchString(v.key) {
		return ErrKey
	}
	return v.begun()
}

// Back sends the visitor on after a form, so that a reload repeats nothing. What an
// officer did for who visits him leads back to the counter's screen.
func (v *Visit) Back(to string) error {
	if v.noted() {
		to = CounterPath + "?done=task"
	}
	v.acted(to)
	http.Redirect(v.W, v.R, to, http.StatusSeeOther)
	return nil
}

// Done sends the visitor on where a form's act was done; else it returns what
// stood in the way.
func (v *Visit) Done(err error, to string) error {
	if err != nil {
		return err
	}
	return v.Back(to)
}

// Log is where a page tells the operator what it does without.
func (v *Visit) Log() *slog.Logger { return v.site.Log }

// Download lets the browser keep what is written as a file of text.
func (v *Visit) Download(name string) {
	v.W.Header().Set("Content-Type", "text/plain; charset=utf-8")
	v.W.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
}

// Tabs are the links of a worker's own pages, or those of them that a helper may see.
func (v *Visit) Tabs() []Link {
	switch {
	case v.Officer():
		return nil // they are the worker's own
	case v.Helps():
		return v.Helped()
	case v.Unseen():
		return slices.DeleteFunc(v.site.links(func(s Section) []Link { return s.Tabs }), func(l Link) bool { return !l.Unseen })
	}
	return v.site.links(func(s Section) []Link { return s.Tabs })
}

// Helped are the pages of a worker's that whom the worker named as a helper may see.
func (v *Visit) Helped() []Link {
	return slices.DeleteFunc(v.site.links(func(s Section) []Link { return s.Tabs }), func(l Link) bool { return !l.Helped })
}

// Helps reports a worker at another worker's page: a helper, where identity says so.
func (v *Visit) Helps() bool {
	in := v.In()
	return in != nil && in.Kind == auth.Worker && v.Path("ref") != "" && v.Path("ref") != in.Subject
}

// Unseen reports a worker who made the account alone, and whom no counter saw yet.
func (v *Visit) Unseen() bool {
	in := v.In()
	return in != nil && in.Unseen()
}

// Holdings shows what every department has of the worker whose page it is. One
// that does not answer says so, and the others show theirs.
func (v *Visit) Holdings() ([]template.HTML, error) {
	var all []*Visit
	for _, one := range v.site.sections {
		if one.Holds != nil && (!v.Officer() || one.Department == v.In().Department) {
			all = append(all, &Visit{W: v.W, R: v.R, P: v.P, site: v.site, section: one})
		}
	}
	parts, failed := make([]template.HTML, len(all)), make([]error, len(all))
	var wg sync.WaitGroup
	for i, of := range all {
		wg.Go(func() {
			defer of.end()
			parts[i], failed[i] = of.part("have", of.section.Holds(of))
		})
	}
	wg.Wait()
	for _, err := range failed {
		if err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// ofSomebody lets a worker's pages be shown, and be acted on, where the registry
// knows the worker: the page of nobody is not found. Where the registry does
// not answer, each page says itself what it cannot show. The question is the worker's
// own: of an officer it would be a denial, among which the audit finds no real one.
func ofSomebody(h Handler) Handler {
	return func(v *Visit) error {
		if v.Officer() {
			return h(v)
		}
		ctx, cancel := context.WithTimeout(v.who().As(v.R.Context(), session.OwnRecord), Patience)
		_, err := v.site.registry.ListConsents(ctx, &registryv1.ListConsentsRequest{Worker: v.Path("ref")})
		cancel()
		if k := errs.KindOf(err); k == errs.NotFound || k == errs.Invalid {
			return errs.New(errs.NotFound, "registry.worker.unknown", "There is no such registered person.")
		}
		return h(v)
	}
}
