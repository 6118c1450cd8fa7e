// Package my is a worker's first page: what waits for the person, what is under way and
// who has it, what the person has, each thing once and with where it is seen or answered.
package my

import (
	"embed"
	"net/url"
	"slices"

	"github.com/qiao-platform/qiao/proto/contract"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

//go:embed templates locales static
var files embed.FS

// Path is the page's address. It names nobody: whose page it is, the session says.
const Path = frame.MyPath

type pages struct {
	caller   contract.Caller
	services []string
}

// New returns the section. services are those that are asked, in this order.
func New(c contract.Caller, services []string) frame.Section {
	s := &pages{c, slices.Clone(services)}
	return frame.Section{
		Name: "my", Files: files,
		Pages: map[string]frame.Handler{"GET " + Path: s.home, "GET " + Path + "/{page...}": s.leads},
	}
}

// leads leads on to one of the own pages by an address that names nobody, as a letter or a
// message can say it.
func (s *pages) leads(v *frame.Visit) error {
	if !v.Worker() {
		return v.Home()
	}
	return v.Back("/workers/" + url.PathEscape(v.In().Subject) + "/" + (&url.URL{Path: v.Path("page")}).EscapedPath())
}
