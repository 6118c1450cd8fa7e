package frame

import (
	"net/url"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/auth"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame/session"
)

// Home sends who signed in to the first own page.
func (v *Visit) Home() error { return v.Back(home(v.In())) }

// TodayPath is an officer's first page: what waits for him. One for whom nothing can,
// as whoever runs the platform, is led on from there.
const TodayPath = "/today"

// MyPath is a worker's first page: what waits for the person, is under way and is the
// person's. It is the same address for everybody.
const MyPath = "/my"

// Worker reports a worker who signed in.
func (v *Visit) Worker() bool { return v.In() != nil && v.In().Kind == auth.Worker }

// LifePage is where a thing of a worker's life is seen and answered; "" where no section
// has a page for it.
func (v *Visit) LifePage(service, worker string, t *platformv1.LifeThing) string {
	for _, one := range v.site.sections {
		if at, is := one.Life[service+"."+t.GetMatter()]; is {
			return "/workers/" + url.PathEscape(worker) + strings.NewReplacer("{id}", url.PathEscape(t.GetId()), "{within}", url.PathEscape(t.GetWithin())).Replace(at)
		}
	}
	return ""
}

// Home is the first page of who signed in.
func Home(kind, subject string) string {
	switch auth.Kind(kind) {
	case auth.Worker:
		return MyPath
	case auth.Employer:
		return "/employers/" + url.PathEscape(subject)
	case auth.Administrator:
		return adminLinks[0].Path
	case auth.Officer:
		return TodayPath
	}
	return "/"
}

func home(in *session.Known) string {
	if in.Unseen() {
		return UnseenPath
	}
	return Home(string(in.Kind), in.Subject)
}

var adminLinks = []Link{{Name: "accounts", Path: "/admin/accounts", Text: "nav.accounts"}, {Name: "acts", Path: "/admin/acts", Text: "nav.acts"}, {Name: "languages", Path: "/languages", Text: "nav.languages"}, {Name: "denials", Path: "/admin/denials", Text: "nav.denials"}, {Name: "exports", Path: "/admin/exports", Text: "nav.exports"}}

// Menu is the entries that lead somewhere for who signed in: an officer's are those of
// the departments in which he has a right, the others' their own.
func (p page) Menu() []Link {
	var all []Link
	for _, l := range p.Site.Menu {
		if p.offers(l) {
			if slices.ContainsFunc(all, func(o Link) bool { return o.Path == l.Path }) {
				continue // of two departments of the officer's
			}
			all = append(all, l)
		}
	}
	switch {
	case p.In == nil, p.In.Kind == auth.Officer:
		return all
	case p.In.Kind == auth.Administrator && p.In.Department != "audit":
		return append(all, adminLinks[:3]...) // the audit is the third one's
	case p.In.Kind == auth.Administrator:
		return append(all, adminLinks...)
	case p.In.Kind == auth.Employer:
		return append(all, Link{Name: "own", Path: home(p.In), Text: "who.home"}, Link{Name: "users", Path: "/me/users", Text: "nav.users"})
	}
	return append(all, Link{Name: "own", Path: home(p.In), Text: "who.home"})
}

// offers reports an entry of the menu that is for who signed in; what is no department's
// is a demonstration's, for everybody.
func (p page) offers(l Link) bool {
	switch {
	case l.Officers:
		return p.In != nil && p.In.Kind == auth.Officer
	case l.department == "" && p.Demo:
		return true
	}
	return p.In != nil && p.In.WorksIn(l.department, l.Role)
}
