package frame

import (
	"html/template"
	"net/http"
	"net/url"
)

// listCookie remembers, while the browser is open, from which list of work its user came
// to a page. It holds addresses of ours and no name or number of a person.
const listCookie = "qiao_list"

// Listed is from where a page was come to.
type Listed struct {
	List   string // the list's address, with its filters and its page
	Behind string // where in the list the case stood, as the list's section has it
	Page   string // the path of the case's page, or of the page that an act there led to
	Acted  bool   // something was done there
}

// FromList leads to a page from a list. The page, and what the acts there lead to, then
// shows the way back and what is next, as the list's section says it.
func (v *Visit) FromList(l Listed, page string) error {
	page = Next(page)
	u, err := url.ParseRequestURI(page)
	if err != nil {
		return err
	}
	l.List, l.Page = Next(l.List), u.Path
	v.keepListed(l)
	return v.Back(page)
}

func (v *Visit) keepListed(l Listed) {
	q := url.Values{"list": {l.List}, "behind": {l.Behind}, "page": {l.Page}}
	if l.Acted {
		q.Set("acted", "1")
	}
	_, secure := cookieName(v.R, listCookie)
	http.SetCookie(v.W, &http.Cookie{Name: listCookie, Value: url.QueryEscape(q.Encode()), Path: "/", Secure: secure, HttpOnly: true, SameSite: http.SameSiteStrictMode})
}

// listed is from where this browser's user came to a page; not ok where from no list.
func (v *Visit) listed(path string) (l Listed, ok bool) {
	c, err := v.R.Cookie(listCookie)
	if err != nil || !v.Officer() {
		return l, false
	}
	text, err := url.QueryUnescape(c.Value)
	if err != nil {
		return l, false
	}
	q, err := url.ParseQuery(text)
	l = Listed{List: Next(q.Get("list")), Behind: q.Get("behind"), Page: q.Get("page"), Acted: q.Get("acted") != ""}
	return l, err == nil && path != "" && l.Page == path
}

// acted follows a form of a page that was come to from a list to the page on which it ends.
// It was an act where a department did something: who chooses a desk or looks something up
// has done nothing to the case.
func (v *Visit) acted(to string) {
	if v.R.Method != http.MethodPost {
		return
	}
	from, err := url.ParseRequestURI(v.From())
	if err != nil {
		return
	}
	l, ok := v.listed(from.Path)
	if !ok {
		return
	}
	if at, err := url.ParseRequestURI(Next(to)); err == nil && at.Path != "/" {
		l.Page, l.Acted = at.Path, l.Acted || len(v.In().Did()) > 0
		v.keepListed(l)
	}
}

// wayBack is what the list's section shows on a page that was come to from its list; it
// speaks the section's language.
func (v *Visit) wayBack() (template.HTML, error) {
	l, ok := v.listed(v.path())
	if !ok {
		return "", nil
	}
	for _, one := range v.site.sections {
		if one.Listed == nil {
			continue
		}
		of := v.site.visit(v.W, v.R, one, Chapter{})
		defer of.end()
		return of.part("listed", one.Listed(of, l))
	}
	return "", nil
}
