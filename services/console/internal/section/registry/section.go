// Package registry is the pages of the registering department: who a worker is
// and what happened, what departments hold and looked at, consents, and changes
// of contact.
package registry

import (
	"embed"
	"strings"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/proto/contract"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

//go:embed templates locales static
var files embed.FS

// What the pages ask for.
var (
	help        = frame.Purpose{Code: "timeline_help", LegalBasis: "PIPL 13(1), 44-45", Counter: true}
	contact     = frame.Purpose{Code: "contact_case", LegalBasis: "PIPL 46"}
	registering = frame.Purpose{Code: "registration", LegalBasis: "PIPL 13(1)", Counter: true}
	persons     = frame.Purpose{Code: "person_case", LegalBasis: "PIPL 8, 46", Counter: true}
)

// inPlace reports whether the page on which something was filled in tells itself
// what was wrong with it, so that nothing of it is lost.
func inPlace(err error) bool {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Conflict, errs.Denied, errs.NotFound:
		return true
	}
	return false
}

// next is what a page says of how a case goes on, by its kind and state.
type next struct {
	At    string // contact.open, say: what its texts end with
	Until string // the last day, where it is a day
	Path  string // where the way back leads, where it is a page
}

// filled is an error, tied to its field, where one of the fields of a form is empty.
func filled(v *frame.Visit, fields ...string) error {
	for _, name := range fields {
		if strings.TrimSpace(v.Form(name)) == "" {
			return frame.ErrInput.With("field", name)
		}
	}
	return nil
}

type pages struct {
	registry  registryv1.RegistryClient
	deaths    registryv1.DeathClient
	joining   registryv1.JoiningClient
	finder    registryv1.DoublesClient
	guardians registryv1.GuardiansClient
	caller    contract.Caller // for what every department answers
	documents registryv1.DocumentsClient
	unseen    registryv1.UnseenClient
	missed    registryv1.UndeliveredClient
	signIn    identityv1.SignInClient
	waits     int // for how many days who made an account alone waits for a counter
}

// New returns the section.
func New(c contract.Caller, now clock.Clock) frame.Section {
	s := &pages{
		registry:  registryv1.RegistryClient{Caller: c, Target: "registry"},
		deaths:    registryv1.DeathClient{Caller: c, Target: "registry"},
		joining:   registryv1.JoiningClient{Caller: c, Target: "registry"},
		finder:    registryv1.DoublesClient{Caller: c, Target: "registry"},
		guardians: registryv1.GuardiansClient{Caller: c, Target: "registry"},
		caller:    c,
		documents: registryv1.DocumentsClient{Caller: c, Target: "registry"},
		unseen:    registryv1.UnseenClient{Caller: c, Target: "registry"},
		missed:    registryv1.UndeliveredClient{Caller: c, Target: "registry"},
		signIn:    identityv1.SignInClient{Caller: c, Target: "identity"},
		waits:     unseenDays(now),
	}
	return frame.Section{
		Name: "registry", Department: "hrss", Files: files,
		Chapters: []frame.Chapter{
			{At: "/workers/{ref}/consents", Pages: []string{"worker"}, Binds: true},
			{At: "/workers/{ref}/have", Pages: []string{"worker"}, Binds: true},
			{At: "/workers/{ref}/children", Pages: []string{"worker"}, Binds: true},
			{At: "/workers/{ref}/document", Pages: []string{"worker"}, Binds: true},
			{At: "/workers/{ref}/contact", Pages: []string{"worker"}, Binds: true},
			{At: "/sign-in/alone/form", Pages: []string{"alone_form", "alone"}, Binds: true},
		},
		Menu: []frame.Link{
			{Name: "workers", Path: "/workers", Text: "nav.workers"},
			{Name: "guardians", Path: guardiansPath, Text: "guardian.title", For: "edu", Last: true},
			{Name: "held", Path: heldPath, Text: "nav.held", For: "edu", Last: true}, {Name: "held", Path: heldPath, Text: "nav.held", For: "hou", Last: true},
		},
		Tabs: []frame.Link{
			{Name: "timeline", Text: "worker.tab.timeline"}, {Name: "have", Path: "/have", Text: "worker.tab.have", Helped: true},
			{Name: "children", Path: "/children", Text: "worker.tab.children", Last: true},
			{Name: "messages", Path: "/messages", Text: "worker.tab.messages", Last: true, Unseen: true}, {Name: "contact", Path: "/contact", Text: "worker.tab.contact", Last: true},
			{Name: "document", Path: "/document", Text: "worker.tab.document", Last: true},
			{Name: "consents", Path: "/consents", Text: "worker.tab.consents", Last: true}, {Name: "access", Path: "/access", Text: "worker.tab.access", Last: true},
		},
		Counter: []frame.Offer{
			{Name: "contact", Path: "/contacts/of/{ref}", Text: "registry.counter.contact", Method: "registry.ProposeContact"},
			{Name: "document", Path: "/documents/of/{ref}", Text: "registry.counter.document", Method: "registry.ProposeDocument", Papers: []string{"resident_card", "household_register"}},
			{Name: "children", Path: guardiansPath + "/by/{ref}", Text: "registry.counter.children", Method: "registry.ListChildrenOf", Papers: []string{"birth_certificate", "household_register"}},
			{Name: "unseen", Path: "/unseen/of/{ref}", Text: "registry.counter.unseen", Method: "registry.ListUnseen"},
		},
		Life: map[string]string{
			"registry.contact": "/contact#case-{id}", "registry.document": "/document#case-{id}", "registry.death": "/contact#death", "registry.relatives": "/contact#heirs",
			"registry.join": "/contact#case-{id}", "registry.parting": "/contact#case-{id}",
			"registry.child": "/children#child-{id}", "registry.guardian": "/children#guardian-{id}", "registry.guardianship": "/messages",
		},
		Pages: map[string]frame.Handler{
			"GET /sign-in/alone":                    s.aloneForm,
			"POST /sign-in/alone":                   s.aloneSend,
			"GET /sign-in/alone/form":               s.aloneSays,
			"POST /sign-in/alone/form":              s.aloneMakes,
			"GET /me/unseen":                        s.ownUnseen,
			"POST /me/unseen/end":                   s.endUnseen,
			"GET /unseen/of/{ref}":                  s.claims,
			"POST /unseen/of/{ref}":                 s.decideClaim,
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
			"GET /undelivered/{message}":            s.undelivered,
			"POST /undelivered/{message}":           s.recordTry,
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
			"GET " + heldPath:                       s.held,
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
			"GET /guardians/by/{ref}":               s.childrenOf,
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
