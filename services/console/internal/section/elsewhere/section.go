// Package elsewhere is where officers type what was decided into another system that
// has no interface: the form of that system, as the office writes it down; a case in the
// order of that form, which one key copies field by field; and the number under which it
// stands there.
package elsewhere

import (
	"embed"
	"slices"

	"github.com/qiao-platform/qiao/proto/contract"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/part/desks"
)

//go:embed templates locales static
var files embed.FS

// What an officer asks for: about forms, which tell of nobody, and about a case that is
// typed elsewhere, which its worker reads in the access log.
var (
	handling = frame.Purpose{Code: "case_handling", LegalBasis: "PIPL 8, 46"}
	typing   = frame.Purpose{Code: "other_system", LegalBasis: "PIPL 13(3)"}
)

type pages struct {
	caller      contract.Caller
	registry    registryv1.RegistryClient
	departments []department
}

// department is a service, and whose officers are its own.
type department struct{ Service, Officers string }

// New returns the section. services are those that are shown, in this order.
func New(c contract.Caller, services []string) frame.Section {
	s := &pages{caller: c, registry: registryv1.RegistryClient{Caller: c, Target: "registry"}}
	var menu []frame.Link
	for _, name := range services {
		of := desks.Officers(name)
		if of == "" || name == "registry" { // the registry decides nothing that is entered elsewhere
			continue
		}
		s.departments = append(s.departments, department{name, of})
		if !slices.ContainsFunc(menu, func(l frame.Link) bool { return l.For == of }) {
			menu = append(menu, frame.Link{Name: "elsewhere", Path: "/elsewhere", Text: "nav.elsewhere", For: of, Last: true})
		}
	}
	return frame.Section{
		Name: "elsewhere", Files: files, Menu: menu,
		Pages: map[string]frame.Handler{
			"GET /elsewhere":                                                 s.list,
			"GET /elsewhere/{service}/{matter}":                              s.form,
			"POST /elsewhere/{service}/{matter}":                             s.saveForm,
			"GET /elsewhere/{service}/{matter}/{entry}":                      s.entry,
			"POST /elsewhere/{service}/{matter}/{entry}":                     s.record,
			"GET /elsewhere/{service}/{matter}/export":                       s.export,
			"POST /elsewhere/{service}/{matter}/export":                      s.compare,
			"POST /elsewhere/{service}/{matter}/export/columns":              s.saveColumns,
			"GET /elsewhere/{service}/{matter}/export/file":                  s.exportFile,
			"GET /elsewhere/{service}/{matter}/export/{comparison}/{place}":  s.line,
			"POST /elsewhere/{service}/{matter}/export/{comparison}/{place}": s.setAside,
		},
		Uploads: map[string]frame.Handler{"POST /elsewhere/{service}/{matter}/export": s.compares},
	}
}

// at is the department and the matter of a page's address.
func (s *pages) at(v *frame.Visit) (d department, matter string, err error) {
	for _, d := range s.departments {
		if d.Service == v.Path("service") {
			return d, v.Path("matter"), nil
		}
	}
	return d, "", frame.ErrNoPage
}

func (s *pages) client(service string) platformv1.ElsewhereClient {
	return platformv1.ElsewhereClient{Caller: s.caller, Target: service}
}
