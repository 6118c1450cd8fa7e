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

// template returns a page's template in the visit's language.
func (v *Visit) template(name string) (*template.Template, error) {
	v.site.mu.Lock()
	defer v.site.mu.Unlock()
	is := made{v.section.Name, name, v.P.Lang()}
	if t := v.site.made[is]; t != nil {
		return t, nil
	}
	t, err := v.site.Look.sets[is.section].page(name)
	if err != nil {
		return nil, err
	}
	if t, err = t.Clone(); err != nil {
		return nil, err
	}
	t.Funcs(v.funcs())
	if v.section.Funcs != nil {
		t.Funcs(v.section.Funcs(v.P))
	}
	v.site.made[is] = t
	return t, nil
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
		"badge": func(state string) string { return s.Look.badge(state) }, "key": newKey,
		"desk":  func() []Link { return s.links(func(o Section) []Link { return o.desk(of) }) },
		"short": words.Short, "add": func(a, b int) int { return a + b }, "join": strings.Join, "in": slices.Contains[[]string, string],
		"yuan": func(fen int64) int64 { return fen / 100 }, "ms": func(us int64) string { return fmt.Sprintf("%.2f", float64(us)/1000) },
	}
}

// language is the one that ?lang= asks for, which is then remembered, or the
// remembered one.
func (s *Site) language(w http.ResponseWriter, r *http.Request) *lang.Language {
	if l, ok := lang.Of(s.Langs(), r.URL.Query().Get("lang")); ok {
		http.SetCookie(w, &http.Cookie{Name: langCookie, Value: l.String(), Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode})
		return l
	}
	if c, err := r.Cookie(langCookie); err == nil {
		if l, ok := lang.Of(s.Langs(), c.Value); ok {
			return l
		}
	}
	return s.Langs()[0]
}

// Render writes a page. It is made whole first, so that an error never leaves half of one.
func (v *Visit) Render(status int, name string, pg Page) error {
	t, err := v.template(name)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "layout.html", page{Page: pg, Site: v.site, Path: v.R.URL.Path, Lang: v.P.Lang()}); err != nil {
		return err
	}
	v.W.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.W.Header().Set("Content-Language", v.P.Lang().String())
	v.W.WriteHeader(status)
	_, _ = b.WriteTo(v.W) // the visitor may be gone
	return nil
}

// part executes what a part of the visit's section defines.
func (v *Visit) part(name string, body any) (template.HTML, error) {
	t, err := v.template("")
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	err = t.ExecuteTemplate(&b, name, body)
	return template.HTML(b.String()), err //nolint:gosec // a template wrote it
}

// fail shows an error in plain words, with what can be done about it.
func (v *Visit) fail(err error) {
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
		Person bool // the visitor can mend it
	}{e, e.Kind.String(), e.Code, e.Kind == errs.Invalid || e.Kind == errs.Conflict}
	v.section = Section{}
	if err := v.Render(rpc.HTTPStatus(e.Kind), "error", Page{Title: "error.title." + e.Kind.String(), Body: body}); err != nil {
		v.site.Log.ErrorContext(v.R.Context(), "error page failed", "error", err)
		http.Error(v.W, e.Text, rpc.HTTPStatus(e.Kind))
	}
}
