package web

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rpc"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/words"
)

//go:embed templates/*.html
var templates embed.FS

// langCookie remembers the chosen language.
const langCookie = "qiao_lang"

var (
	errNoPage = errs.New(errs.NotFound, "console.no_page", "There is no such page.")
	errInput  = errs.New(errs.Invalid, "console.input", "Something is missing in the form.")
)

// pages holds the templates of one language. What every page is made from is
// parsed at the start, a page itself when it is first asked for: a console is
// ready sooner, and nobody waits for a hundred pages to see one. A test parses
// each, so that a broken one never gets this far.
type pages struct {
	base *template.Template // the layout and the parts; never executed, since it is cloned
	mu   sync.Mutex
	made map[string]*template.Template
}

// page is what the layout shows around a body.
type page struct {
	Lang    words.Lang
	Langs   []words.Lang
	Title   string // a text id
	Nav     string // the entry of the navigation that is current
	Path    string
	Demo    bool
	Foot    Foot
	Refresh int // seconds after which a browser without script asks again; 0 is never
	Body    any
}

func newPages(cat *words.Catalogue) (map[words.Lang]*pages, error) {
	all := map[words.Lang]*pages{}
	for _, l := range words.Langs() {
		base, err := template.New("layout.html").Funcs(funcs(cat.Printer(l))).ParseFS(templates, "templates/layout.html", "templates/part_*.html")
		if err != nil {
			return nil, err
		}
		all[l] = &pages{base: base, made: map[string]*template.Template{}}
	}
	return all, nil
}

// get returns the page's template, named as its file without the ending.
func (p *pages) get(name string) (*template.Template, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t, ok := p.made[name]; ok {
		return t, nil
	}
	t, err := p.base.Clone()
	if err != nil {
		return nil, err
	}
	if t, err = t.ParseFS(templates, "templates/"+name+".html"); err != nil {
		return nil, err
	}
	p.made[name] = t
	return t, nil
}

// funcs are what templates can say.
func funcs(p *words.Printer) template.FuncMap {
	return template.FuncMap{
		"t": p.T, "date": p.Date, "deadline": p.Deadline, "daysleft": p.DaysLeft, "day": p.Day, "clock": p.Clock, "minute": p.Minute,
		"money": p.Money, "num": p.Number, "county": p.County, "occupation": p.Occupation, "service": p.Service, "source": p.Source, "cited": p.Cited, "task": p.Task,
		"code": p.Code, "codes": p.Codes, "event": p.Event, "kind": p.Kind, "thing": p.Thing, "message": p.Message, "fact": p.Fact, "err": p.Error,
		"has": p.Has, "standing": p.Standing, "said": p.Said, "span": p.Span, "reader": p.Reader, "basis": p.Basis, "unmet": unmetFirst[*housingv1.Reason], "whys": unmetFirst[*platformv1.Reason], "gap": p.Gap, "change": p.Change, "appeal": p.Appeal, "papers": p.Papers, "short": short, "ms": milliseconds, "badge": badge, "add": func(a, b int) int { return a + b },
		"join": strings.Join, "area": squareMetres, "grounds": exitGrounds, "repairs": repairKinds, "townships": p.Townships, "hour": p.Hour, "metres": p.Metres, "wage": p.Wage, "season": p.Season, "where": p.Where, "firm": p.Employer, "factor": p.Factor, "certificate": p.Certificate, "occupations": p.JobOccupations, "majors": p.JobMajors, "jobcounties": p.JobCounties, "jobplaces": p.JobPlaces, "in": slices.Contains[[]string, string], "yuan": func(fen int64) int64 { return fen / 100 }, "boxes": boxes,
	}
}

// short is the end of an id: UUIDv7 begins with the time, so its end tells ids apart.
func short(id string) string {
	if len(id) > 8 {
		return id[len(id)-8:]
	}
	return id
}

// unmetFirst puts what stands in the way before what is met.
func unmetFirst[R interface{ GetOutcome() string }](all []R) []R {
	return slices.SortedStableFunc(slices.Values(all), func(a, b R) int {
		met := func(r R) int {
			if r.GetOutcome() == "met" {
				return 1
			}
			return 0
		}
		return met(a) - met(b)
	})
}

func milliseconds(us int64) string { return fmt.Sprintf("%.2f", float64(us)/1000) }

// badge is the tone of a state: colour and sign, beside the word itself.
func badge(state string) string {
	switch state {
	case "accepted", "registered", "stays", "granted", "drawn", "running", "fulfilled", "active", "eligible", "leased", "confirmed", "completed", "done", "met", "signed":
		return "good"
	case "overdue", "refused", "failed", "not_met", "leaves":
		return "bad"
	case "offered", "employer_says", "end_stated", "disputed", "frozen", "open", "due", "more_needed", "unclear", "made", "noticed", "answered", "appealed", "asked", "planned", "committed", "confirming", "term_over":
		return "due"
	}
	return "calm"
}

// handler answers a request, or returns an error that becomes a page.
type handler func(http.ResponseWriter, *http.Request, *words.Printer) error

func (s *Site) handle(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := s.Words.Printer(language(w, r))
		if err := h(w, r, p); err != nil {
			s.fail(w, r, p, err)
		}
	})
}

// language is the one that ?lang= asks for, which is then remembered, or the
// remembered one.
func language(w http.ResponseWriter, r *http.Request) words.Lang {
	if l, ok := words.ParseLang(r.URL.Query().Get("lang")); ok {
		http.SetCookie(w, &http.Cookie{Name: langCookie, Value: string(l), Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode})
		return l
	}
	if c, err := r.Cookie(langCookie); err == nil {
		if l, ok := words.ParseLang(c.Value); ok {
			return l
		}
	}
	return words.ZhHans
}

// render writes a page. It is made whole first, so that an error never leaves half of one.
func (s *Site) render(w http.ResponseWriter, r *http.Request, p *words.Printer, status int, name string, pg page) error {
	pg.Lang, pg.Langs, pg.Path, pg.Demo, pg.Foot = p.Lang(), words.Langs(), r.URL.Path, s.Stories != nil, s.Foot
	t, err := s.pages[p.Lang()].get(name)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "layout.html", pg); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", string(p.Lang()))
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // the visitor may be gone
	return nil
}

// fail shows an error in plain words, with what can be done about it.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, p *words.Printer, err error) {
	e := errs.From(err)
	if r.Method == http.MethodGet && errors.Is(err, rpc.ErrField) && e.Detail["form"] == "id" {
		err, e = errNoPage, errNoPage // an address with what is no id leads nowhere
	}
	if e.Kind == errs.Internal && r.Context().Err() == nil {
		s.Log.ErrorContext(r.Context(), "page failed", "error", err)
	}
	body := struct {
		Err    error
		Kind   string
		Code   string
		Person bool // the visitor can mend it
	}{e, e.Kind.String(), e.Code, e.Kind == errs.Invalid || e.Kind == errs.Conflict}
	if err := s.render(w, r, p, rpc.HTTPStatus(e.Kind), "error", page{Title: "error.title." + e.Kind.String(), Body: body}); err != nil {
		s.Log.ErrorContext(r.Context(), "error page failed", "error", err)
		http.Error(w, e.Text, rpc.HTTPStatus(e.Kind))
	}
}

// back sends the visitor on after a form, so that a reload repeats nothing.
func back(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}
