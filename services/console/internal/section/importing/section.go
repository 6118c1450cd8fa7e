// Package importing is the page on which an officer brings in county sheets: it judges every
// row first, has what is refused mended in its cells, and brings in the rest.
//
// A sheet holds people's data. It stays in the memory of the process to which it was sent,
// for its officer alone, and goes an hour after the officer last did something with it: it
// is written nowhere, and there is no key to it that could be lost. Behind a proxy with
// several consoles a browser must stay with one of them for this page.
package importing

import (
	"embed"
	"html/template"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/importer"
	"github.com/qiao-platform/qiao/pkg/sheet"
	"github.com/qiao-platform/qiao/proto/contract"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

//go:embed templates locales static
var files embed.FS

const (
	path = "/import"
	// mostBytes bounds a file. More goes by the import program, which reads from disk.
	mostBytes = 8 << 20
)

// roles are those whose sheets come: who works on a department's cases. Identity holds
// everybody to the same.
var roles = []string{"clerk", "reviewer"}

// departments are those in whose name sheets come.
var departments = []string{"hrss", "edu", "hou"}

type pages struct {
	caller contract.Caller
	tables func() (*ident.Tables, error)
	shelf  *shelf
}

// New returns the section.
func New(c contract.Caller, now clock.Clock) frame.Section {
	s := &pages{caller: c, tables: ident.LoadTables, shelf: newShelf(now)}
	var menu []frame.Link
	for _, d := range departments {
		for _, role := range roles {
			menu = append(menu, frame.Link{Name: "import", Path: path, Text: "nav.import", For: d, Role: role, Last: true})
		}
	}
	return frame.Section{
		Name: "importing", Files: files, Menu: menu, Funcs: funcs,
		Uploads: map[string]frame.Handler{"POST " + path: s.mine(func(*frame.Visit) error { return nil })},
		Pages: map[string]frame.Handler{
			"GET " + path:                   s.mine(s.page),
			"POST " + path:                  s.mine(s.choose),
			"POST " + path + "/judge":       s.mine(s.judge),
			"POST " + path + "/bring":       s.mine(s.bring),
			"POST " + path + "/pause":       s.mine(s.pause),
			"POST " + path + "/drop":        s.mine(s.drop),
			"GET " + path + "/empty/{kind}": s.mine(s.empty),
			"GET " + path + "/refused/{at}": s.mine(s.refused),
		},
	}
}

// mine lets in whose sheets come.
func (s *pages) mine(h frame.Handler) frame.Handler {
	return func(v *frame.Visit) error {
		for _, d := range departments {
			if brings(v, d) {
				return h(v)
			}
		}
		return frame.ErrDenied
	}
}

// brings reports whether an officer brings in a department's sheets.
func brings(v *frame.Visit, department string) bool {
	in := v.In()
	return in != nil && (in.WorksIn(department, roles[0]) || in.WorksIn(department, roles[1]))
}

// funcs are what the page can say beside what every page can.
func funcs(p *words.Printer) template.FuncMap {
	return template.FuncMap{"count": func(n int) string { return p.Number(int64(n)) }, "undoat": func(k string) string { return undoneAt[k] }, "mib": func() int { return mostBytes >> 20 }}
}

// undoneAt are the pages on which what sheets brought in is put right, by kind.
var undoneAt = map[string]string{
	sheet.Workers.String(): "/workers", sheet.Children.String(): "/education", sheet.Employers.String(): "/employment", sheet.Vacancies.String(): "/employment",
	sheet.Courses.String(): "/training", sheet.Schools.String(): "/education", sheet.Housing.String(): "/housing",
}

// kinds are the sheets that an officer brings in, in the order of an import.
func kinds(v *frame.Visit) (all []sheet.Kind) {
	for _, k := range sheet.Kinds() {
		if brings(v, importer.DepartmentOf(k)) {
			all = append(all, k)
		}
	}
	return all
}
