// Package registry is the pages of the registering department: who a worker is
// and what happened, what departments hold and looked at, consents, and changes
// of contact.
package registry

import (
	"embed"

	"github.com/qiao-platform/qiao/proto/contract"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

//go:embed templates locales
var files embed.FS

// What the pages ask for.
var (
	help        = frame.Purpose{Code: "timeline_help", LegalBasis: "PIPL 13(1), 44-45", Counter: true}
	contact     = frame.Purpose{Code: "contact_case", LegalBasis: "PIPL 46"}
	registering = frame.Purpose{Code: "registration", LegalBasis: "PIPL 13(1)"}
	persons     = frame.Purpose{Code: "person_case", LegalBasis: "PIPL 8, 46", Counter: true}
)

type pages struct {
	registry  registryv1.RegistryClient
	deaths    registryv1.DeathClient
	joining   registryv1.JoiningClient
	finder    registryv1.DoublesClient
	guardians registryv1.GuardiansClient
	caller    contract.Caller // for what every department answers
	documents registryv1.DocumentsClient
}

// New returns the section.
func New(c contract.Caller) frame.Section {
	s := &pages{
		registry:  registryv1.RegistryClient{Caller: c, Target: "registry"},
		deaths:    registryv1.DeathClient{Caller: c, Target: "registry"},
		joining:   registryv1.JoiningClient{Caller: c, Target: "registry"},
		finder:    registryv1.DoublesClient{Caller: c, Target: "registry"},
		guardians: registryv1.GuardiansClient{Caller: c, Target: "registry"},
		caller:    c,
		documents: registryv1.DocumentsClient{Caller: c, Target: "registry"},
	}
	return frame.Section{
		Name: "registry", Department: "hrss", Files: files,
		Menu: []frame.Link{{Name: "workers", Path: "/workers", Text: "nav.workers"}},
		Tabs: []frame.Link{
			{Name: "timeline", Text: "worker.tab.timeline"}, {Name: "have", Path: "/have", Text: "worker.tab.have"},
			{Name: "children", Path: "/children", Text: "worker.tab.children", Last: true},
			{Name: "messages", Path: "/messages", Text: "worker.tab.messages", Last: true}, {Name: "contact", Path: "/contact", Text: "worker.tab.contact", Last: true},
			{Name: "document", Path: "/document", Text: "worker.tab.document", Last: true},
			{Name: "consents", Path: "/consents", Text: "worker.tab.consents", Last: true}, {Name: "access", Path: "/access", Text: "worker.tab.access", Last: true},
		},
		Pages: map[string]frame.Handler{
			"GET /workers":                          s.findForm,
			"POST /workers":                         s.find,
			"GET /workers/{ref}":                    s.timeline,
			"GET /workers/{ref}/messages":           s.messages,
			"GET /workers/{ref}/access":             s.access,
			"GET /workers/{ref}/consents":           s.consents,
			"POST /workers/{ref}/consents/withdraw": s.withdraw,
			"GET /workers/{ref}/have":               s.have,
			"GET /contacts":                         s.contactCases,
			"POST /contacts":                        s.contactDesk,
			"GET /contacts/of/{ref}":                s.contactForm,
			"POST /contacts/of/{ref}":               s.proposeContact,
			"GET /contacts/{case}":                  s.contactCase,
			"POST /contacts/{case}":                 s.decideContact,
			"GET /documents":                        s.documentCases,
			"GET /documents/of/{ref}":               s.documentForm,
			"POST /documents/of/{ref}":              s.proposeDocument,
			"GET /documents/{case}":                 s.documentCase,
			"POST /documents/{case}":                s.decideDocument,
			"GET /workers/{ref}/document":           s.ownDocument,
			"POST /workers/{ref}/document/object":   s.objectDocument,
			"GET /deaths":                           s.deathCases,
			"GET /deaths/of/{ref}":                  s.deathForm,
			"POST /deaths/of/{ref}":                 s.proposeDeath,
			"GET /deaths/alive":                     s.alive,
			"POST /deaths/alive":                    s.reverseDeath,
			"GET /deaths/held/{service}":            s.held,
			"POST /deaths/held/{service}":           s.giveUp,
			"GET /deaths/heirs":                     s.heirs,
			"GET /deaths/heirs/of/{ref}":            s.heirForm,
			"POST /deaths/heirs/of/{ref}":           s.askAsHeir,
			"GET /deaths/heirs/{request}":           s.heirCase,
			"POST /deaths/heirs/{request}":          s.decideHeir,
			"POST /workers/{ref}/heirs":             s.heirsWish,
			"GET /deaths/{case}":                    s.deathCase,
			"POST /deaths/{case}":                   s.decideDeath,
			"POST /workers/{ref}/death/object":      s.objectDeath,
			"GET /workers/{ref}/contact":            s.ownContact,
			"POST /workers/{ref}/contact/object":    s.objectContact,
			"GET /guardians":                        s.guardianMatters,
			"POST /guardians/open":                  s.openChild,
			"GET /guardians/of/{child}":             s.childPage,
			"POST /guardians/of/{child}/{act}":      s.childAct,
			"POST /guardians/cases/{case}":          s.decideGuardianCase,
			"GET /workers/{ref}/children":           s.ownChildren,
			"POST /workers/{ref}/children/answer":   s.answerGuardian,
			"GET /persons":                          s.personCases,
			"GET /persons/doubles":                  s.doubles,
			"GET /persons/doubles/{double}":         s.double,
			"POST /persons/doubles/{double}":        s.decideDouble,
			"GET /persons/register":                 s.registerForm,
			"POST /persons/register":                s.register,
			"GET /persons/join":                     s.joinForm,
			"POST /persons/join/find":               s.findPair,
			"POST /persons/join":                    s.openJoin,
			"GET /persons/part":                     s.partForm,
			"POST /persons/part":                    s.openParting,
			"GET /persons/cases/{case}":             s.personCase,
			"POST /persons/cases/{case}":            s.decidePerson,
			"POST /persons/cases/{case}/hear":       s.hearPerson,
			"POST /persons/cases/{case}/parts":      s.assignParts,
			"POST /workers/{ref}/persons/object":    s.objectPerson,
		},
	}
}
