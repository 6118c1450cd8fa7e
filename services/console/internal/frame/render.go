package frame

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rpc"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

// langCookie remembers the chosen language.
const langCookie = "qiao_lang"

// made names a template of a section in a language.
type made struct {
	section, name string
	lang          *lang.Language
}

// form is a template that one visit at a time executes, so that what it asks is asked of
// the visit: what the reader may do, say.
type form struct {
	*template.Template
	by *Visit
}

// execute writes a page's template in the visit's language. Templates that are done with
// wait for the next visit.
func (v *Visit) execute(page, name string, data any) ([]byte, error) {
	is := made{v.section.Name, page, v.P.Lang()}
	f, err := v.take(is)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	f.by = v
	err = f.ExecuteTemplate(&b, name, data)
	f.by = nil
	v.site.mu.Lock()
	defer v.site.mu.Unlock()
	v.site.made[is] = append(v.site.made[is], f)
	return b.Bytes(), err
}

func (v *Visit) take(is made) (*form, error) {
	v.site.mu.Lock()
	defer v.site.mu.Unlock()
	if free := v.site.made[is]; len(free) > 0 {
		v.site.made[is] = free[:len(free)-1]
		return free[len(free)-1], nil
	}
	t, err := v.site.Look.sets[is.section].page(is.name)
	if err != nil {
		return nil, err
	}
	if t, err = t.Clone(); err != nil {
		return nil, err
	}
	f := &form{Template: t}
	t.Funcs(v.funcs()).Funcs(template.FuncMap{
		"may":   func(method string) (bool, error) { return f.by.Offers(method) },
		"mayof": func(department, method string) (bool, error) { return f.by.OffersOf(department, method) },
		"leads": func(method string) (bool, error) { return f.by.May(method) },
	})
	if v.section.Funcs != nil {
		t.Funcs(v.section.Funcs(v.P))
	}
	return f, nil
}

// funcs are what every template can say.
func (v *Visit) funcs() template.FuncMap {
	p, s, of := v.P, v.site, v.section.Department
	return template.FuncMap{
		"t": p.T, "has": p.Has, "date": p.Date, "deadline": p.Deadline, "daysleft": p.DaysLeft, "day": p.Day, "clock": p.Clock, "minute": p.Minute, "lastday": p.LastDay, "hour": p.Hour, "standing": p.Standing,
		"money": p.Money, "num": p.Number, "metres": p.Metres, "county": p.County, "counties": p.Counties, "townships": p.Townships, "places": p.Places, "where": p.Where,
		"occupation": p.Occupation, "occupations": p.Occupations, "majors": p.Majors, "service": p.Service, "source": p.Source, "cited": p.Cited, "reader": p.Reader, "basis": p.Basis,
		"code": p.Code, "codes": p.Codes, "event": p.Event, "kind": p.Kind, "thing": p.Thing, "message": p.Message, "fact": p.Fact, "task": p.Task, "span": p.Span, "err": p.Error,
		"gap": p.Gap, "change": p.Change, "appeal": p.Appeal, "papers": p.Papers, "whys": unmetFirst[*platformv1.Reason],
		"badge": func(state string) string { return s.Look.badge(state) }, "key": newKey, "asset": s.assets.at,
		"desk":  func() []Link { return s.links(func(o Section) []Link { return o.desk(of) }) },
		"short": words.Short, "add": func(a, b int) int { return a + b }, "join": strings.Join, "in": slices.Contains[[]string, string],
		"may": v.Offers, "mayof": v.OffersOf, "leads": v.May,
		"yuan": func(fen int64) int64 { return fen / 100 }, "ms": func(us int64) string { return fmt.Sprintf("%.2f", float64(us)/1000) },
	}
}

// language is the one that ?lang= asks for, which is then remembered, or the
// remembered one.
func (s *Site) language(w http.ResponseWriter, r *http.Request) *lang.Language {
	if l, ok := lang.Of(s.Langs(), r.URL.Query().Get("lang")); ok {
		remember(w, l)
		return l
	}
	if c, err := r.Cookie(langCookie); err == nil {
		if l, ok := lang.Of(s.Langs(), c.Value); ok {
			return l
		}
	}
	return s.Langs()[0]
}

// remember has the browser keep the chosen language.
func remember(w http.ResponseWriter, l *lang.Language) {
	http.SetCookie(w, &http.Cookie{Name: langCookie, Value: l.String(), Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// chosen keeps a language with the account of who signed in and just chose it, so that the
// next sign-in elsewhere speaks it too. Where that does not work the browser alone knows it.
func (v *Visit) chosen() {
	l, ok := lang.Of(v.site.Langs(), v.Query("lang"))
	if in := v.In(); !ok || in == nil || in.Quiet {
		return
	}
	if c, err := v.R.Cookie(langCookie); err == nil && c.Value == l.String() {
		return // what the browser has, the account was told, or had told the browser
	}
	if _, err := v.site.languages.KeepLanguage(v.who().As(v.Context(), OwnAccess), &identityv1.KeepLanguageRequest{Language: l.String()}); err != nil {
		v.Log().WarnContext(v.R.Context(), "the chosen language is not kept with the account", "error", err)
	}
}

// Render writes a page. It is made whole first, so that an error never leaves half of one.
func (v *Visit) Render(status int, name string, pg Page) error {
	if status >= http.StatusBadRequest && v.shut() {
		return nil
	}
	body, err := v.execute(name, "main", pg.Body)
	if err != nil {
		return err
	}
	back, err := v.wayBack()
	if err != nil {
		return err
	}
	whole := page{Page: pg, Site: v.site, at: v.shownAt(), Main: back + template.HTML(body), Lang: v.around.Lang(), In: v.In(), Again: v.again(), Leaves: v.leaves(), by: v} //nolint:gosec // a template wrote it
	if v.P.Lang() != whole.Lang {
		whole.Says, whole.Binds = v.P.Lang(), v.chapter.Binds
	}
	b, err := (&Visit{W: v.W, R: v.R, P: v.around, site: v.site}).execute("", "layout.html", whole)
	if err != nil {
		return err
	}
	made := words.Chinese(v.retyped(b), v.site.Langs()[0].String())
	sealKeys(made, v.sealing())
	v.W.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.W.Header().Set("Content-Language", v.around.Lang().String())
	v.W.WriteHeader(status)
	_, _ = v.W.Write(made) // the visitor may be gone
	return nil
}

// shut answers a form that a service refused since its session is over meanwhile: what was
// typed is kept, and the sign-in says so, whatever the page makes of the refusal.
func (v *Visit) shut() bool {
	if v.R == nil || v.R.Method != http.MethodPost || v.In() == nil || atSignIn(v.R.URL.Path) {
		return false
	}
	err := v.In().Refused()
	if err != nil {
		v.fail(err)
	}
	return err != nil
}

// part executes what a part of the visit's section defines.
func (v *Visit) part(name string, body any) (template.HTML, error) {
	b, err := v.execute("", name, body)
	return template.HTML(b), err //nolint:gosec // a template wrote it
}

// fail shows an error in plain words, with what can be done about it.
func (v *Visit) fail(err error) {
	if isLocked(err) {
		v.keepTyped(v.Secret())
		v.to(lockedPath)
		return
	}
	if isOver(err) && !atSignIn(v.R.URL.Path) {
		v.Renewed()
		why := over(v.keepTyped(v.Secret()))
		if v.In() == nil {
			why = ""
		}
		v.toSignIn(why)
		return
	}
	e := errs.From(err)
	if v.R.Method == http.MethodGet && errors.Is(err, rpc.ErrField) && e.Detail["form"] == "id" {
		err, e = ErrNoPage, ErrNoPage // an address with what is no id leads nowhere
	}
	if e.Kind == errs.Internal && v.R.Context().Err() == nil {
		v.site.Log.ErrorContext(v.R.Context(), "page failed", "error", err)
	}
	body := struct {
		Err    error
		Kind   string
		Code   string
		Person bool   // the visitor can mend it
		Other  string // a page of a demonstration that somebody else may see
	}{e, e.Kind.String(), e.Code, e.Kind == errs.Invalid || e.Kind == errs.Conflict, ""}
	if v.site.Demo && v.In() != nil && e.Kind == errs.Denied {
		body.Other = v.path()
	}
	v.section, v.chapter = Section{}, Chapter{}
	if v.site.speaks(v.R.Context(), v.section, Chapter{}, v.around.Lang()) {
		v.P = v.around
	}
	if err := v.Render(rpc.HTTPStatus(e.Kind), "error", Page{Title: "error.title." + e.Kind.String(), Body: body}); err != nil {
		v.site.Log.ErrorContext(v.R.Context(), "error page failed", "error", err)
		http.Error(v.W, e.Text, rpc.HTTPStatus(e.Kind))
	}
}
