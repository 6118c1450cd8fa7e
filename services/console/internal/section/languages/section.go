// Package languages is the pages on which it stands which texts a speaker of their language
// has read and approved: by them pages on which somebody consents, is offered something or is
// refused it speak English, Kazakh and Uyghur.
package languages

import (
	"embed"

	"github.com/qiao-platform/qiao/proto/contract"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

//go:embed templates locales static
var files embed.FS

// Path is the address of the list of files.
const Path = "/languages"

// keeping and reading are what an administrator and an officer look at approvals for.
var (
	keeping = frame.Purpose{Code: "account_keeping", LegalBasis: "platform operation"}
	reading = frame.Purpose{Code: "case_handling", LegalBasis: "platform operation"}
)

type pages struct{ languages identityv1.LanguagesClient }

// New returns the section.
func New(c contract.Caller) frame.Section {
	s := &pages{identityv1.LanguagesClient{Caller: c, Target: "identity"}}
	return frame.Section{
		Name: "languages", Files: files,
		Menu: []frame.Link{{Name: "languages", Path: Path, Text: "nav.languages", Officers: true, Last: true}},
		Pages: map[string]frame.Handler{
			"GET " + Path:                                  s.list,
			"GET " + Path + "/{language}/{file}":           s.file,
			"POST " + Path + "/{language}/{file}":          s.approve,
			"POST " + Path + "/{language}/{file}/withdraw": s.withdraw,
		},
	}
}

// purpose is what the reader asks for.
func purpose(v *frame.Visit) frame.Purpose {
	if v.Officer() {
		return reading
	}
	return keeping
}
