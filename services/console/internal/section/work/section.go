// Package work is an officer's first page: what waits for him, of all departments in
// which he has a right, what is due first.
package work

import (
	"cmp"
	"embed"
	"html/template"
	"net/url"
	"slices"

	"github.com/qiao-platform/qiao/proto/contract"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
	"github.com/qiao-platform/qiao/services/console/internal/part/desks"
)

//go:embed templates locales static
var files embed.FS

// handling is what an officer looks at his department's cases for.
var handling = frame.Purpose{Code: "case_handling", LegalBasis: "PIPL 8, 46"}

// Path is the page's address.
const Path = frame.TodayPath

type pages struct {
	caller   contract.Caller
	exports  identityv1.ExportsClient
	views    identityv1.ViewsClient
	registry registryv1.RegistryClient
	// departments are asked what waits as their own officers, and one that is everybody's as
	// those of each department.
	departments []desks.Desk
}

// New returns the section. services are those that are shown, in this order.
func New(c contract.Caller, services []string) frame.Section {
	s := &pages{caller: c, exports: identityv1.ExportsClient{Caller: c, Target: "identity"}, views: identityv1.ViewsClient{Caller: c, Target: "identity"}, registry: registryv1.RegistryClient{Caller: c, Target: "registry"}}
	var menu []frame.Link
	own := desks.Of(services)
	for _, d := range own {
		if !slices.ContainsFunc(menu, func(l frame.Link) bool { return l.For == d.Officers }) {
			menu = append(menu, frame.Link{Name: "today", Path: Path, Text: "nav.today", For: d.Officers})
		}
	}
	for _, d := range own {
		if !desks.Everybodys(d.Service) {
			s.departments = append(s.departments, d)
			continue
		}
		for _, l := range menu {
			s.departments = append(s.departments, desks.Desk{Service: d.Service, Officers: l.For})
		}
	}
	return frame.Section{
		Name: "work", Files: files, Menu: menu, Funcs: funcs,
		Pages: map[string]frame.Handler{
			"GET " + Path:            s.today,
			"GET " + Path + "/open":  s.open,
			"POST " + Path + "/find": s.find,

			"GET " + viewsPath:            s.arrange,
			"POST " + viewsPath:           s.saveView,
			"POST " + viewsPath + "/{id}": s.changeView,

			"GET " + exportsPath:                   s.ownExports,
			"POST " + exportsPath:                  s.beginExport,
			"GET " + namesPath:                     s.askNames,
			"GET " + exportsPath + "/{id}":         s.exportPage,
			"POST " + exportsPath + "/{id}/decide": s.decideExport,
			"POST " + exportsPath + "/{id}/file":   s.file,
			"POST " + exportsPath + "/{id}/cancel": s.cancelExport,
			"GET " + auditPath:                     s.allExports,
		},
		Streams: map[string]func(*frame.Visit){"GET " + Path + "/stream": s.stream},
		Listed:  s.listed,
	}
}

// funcs are what the page can say beside what every page can.
func funcs(p *words.Printer) template.FuncMap {
	return template.FuncMap{
		"over":  func(n int32) int32 { return -n },
		"state": func(code string) string { return known(p, "work.state.", code) },
		"what":  func(code string) string { return known(p, "code.", code) },
		"names": func(q url.Values) string { return namesPath + "?" + q.Encode() },
		"rule":  func(id string) string { return ruleText(p, id) },
	}
}

// ruleText says of which rule a clock is.
func ruleText(p *words.Printer, id string) string {
	if id == "" {
		return p.T("work.by.plan")
	}
	return cmp.Or(known(p, "work.by.", id), id)
}

// known is the text of a code; "" is none.
func known(p *words.Printer, begin, code string) string {
	if code == "" || !p.Has(begin+code) {
		return ""
	}
	return p.T(begin + code)
}
