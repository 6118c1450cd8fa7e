// Package rules is the pages on which whoever signed in reads the dated rules and the time limits
// that decisions rest on: each with its area, its dates and its source, and how sure the
// platform is of it. Nothing is changed here; a new row comes with a release.
package rules

import (
	"embed"
	"html/template"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

//go:embed templates locales static
var files embed.FS

// Path is the address of the list; a rule's page lies below it.
const Path = "/rules"

type pages struct {
	rows  []row
	zh    chinese
	clock clock.Clock
}

// New returns the section. The rules are those that are built into the program, as every
// service has them: no service is asked.
func New(now clock.Clock) frame.Section {
	s, _ := load(now) // what is built in was tested; without it the list is empty
	return frame.Section{
		Name: "rules", Files: files,
		Menu: []frame.Link{{Name: "rules", Path: Path, Text: "nav.rules", Officers: true, Last: true}},
		Funcs: func(p *words.Printer) template.FuncMap {
			return template.FuncMap{"ruled": func(kind, said string) string { return s.zh.in(p, kind, said) }}
		},
		Pages: map[string]frame.Handler{"GET " + Path: s.list, "GET " + Path + "/{id}": s.one},
	}
}

func load(now clock.Clock) (*pages, error) {
	s := &pages{clock: now}
	book, err := rule.Load()
	if err != nil {
		return s, err
	}
	if s.rows, err = rowsOf(book); err != nil {
		return s, err
	}
	s.zh, err = loadChinese()
	return s, err
}
