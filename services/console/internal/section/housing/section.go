// Package housing is the pages of homes: lists and rounds, leases, the
// worker's own, and the employer's.
package housing

import (
	"embed"
	"html/template"

	"github.com/qiao-platform/qiao/proto/contract"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
	"github.com/qiao-platform/qiao/services/console/internal/part/papernumber"
)

//go:embed templates locales static
var files embed.FS

// homes is what an officer of the department works for.
var homes = frame.Purpose{Code: "public_housing", LegalBasis: "公共租赁住房管理办法; PIPL 13(3)"}

// visiting is what an officer enters a paper form of who stands there for.
var visiting = frame.Purpose{Code: "case_handling", LegalBasis: "PIPL 44-45", Counter: true}

type pages struct {
	housing    housingv1.HousingClient
	employment employmentv1.EmploymentClient
	papers     identityv1.PapersClient
}

// New returns the section.
func New(c contract.Caller) frame.Section {
	s := &pages{
		housing:    housingv1.HousingClient{Caller: c, Target: "housing"},
		employment: employmentv1.EmploymentClient{Caller: c, Target: "employment"},
		papers:     identityv1.PapersClient{Caller: c, Target: "identity"},
	}
	return frame.Section{
		Name: "housing", Department: "hou", Files: files,
		Chapters: []frame.Chapter{
			{At: "/workers/{ref}/home", Pages: []string{"home"}, Binds: true},
		},
		Funcs: func(*words.Printer) template.FuncMap {
			return template.FuncMap{"area": squareMetres, "papernumber": papernumber.Grouped, "grounds": exitGrounds, "repairs": repairKinds}
		},
		Tones:   frame.Tones{Good: []string{"accepted", "active", "eligible", "leased", "confirmed", "stays", "granted", "signed", "done", "drawn"}, Due: []string{"offered", "more_needed", "noticed", "answered", "appealed", "asked", "planned", "confirming", "term_over", "open", "frozen", "committed"}, Bad: []string{"refused", "leaves", "overdue"}},
		Menu:    []frame.Link{{Name: "housing", Path: "/housing", Text: "nav.housing"}},
		Tabs:    []frame.Link{{Name: "home", Path: "/home", Text: "worker.tab.home", Helped: true}},
		Counter: []frame.Offer{{Name: "home", Path: "/workers/{ref}/home", Text: "home.counter", Method: "housing.ApplyForHome", Papers: []string{"household_register", "residence_permit", "income_proof", "no_home_proof", "labour_contract"}}},
		Holds:   s.holds,
		Life: map[string]string{
			"housing.application": "/home#application-{id}", "housing.paper": "/home#application-{id}", "housing.priority": "/home#application-{id}",
			"housing.lease": "/home#lease-{id}", "housing.renewal": "/home#renewal-{within}", "housing.rent": "/home#rent-{within}", "housing.review": "/home#lease-{within}",
			"housing.repair": "/home#repair-{id}", "housing.exit": "/home#exit-{id}",
		},
		Pages: map[string]frame.Handler{
			"GET /housing":                               s.housingList,
			"POST /housing/rounds":                       frame.Asking(homes, s.roundOpen),
			"GET /housing/rounds/{id}":                   s.roundPage,
			"POST /housing/rounds/{id}/{do}":             frame.Asking(homes, s.roundDo),
			"POST /housing/households":                   frame.Asking(homes, s.householdDo),
			"GET /housing/cases/{id}":                    s.housingCase,
			"GET /housing/leases":                        s.housingLeases,
			"GET /housing/leases/{id}":                   s.housingLease,
			"POST /housing/{thing}/{id}/{do}":            frame.Asking(homes, s.housingDo),
			"GET /housing/public/{id}":                   s.publicList,
			"GET /housing/public/{id}/bundle":            s.publicBundle,
			"GET /housing/fund":                          s.fundPage,
			"GET /employers/{id}/places":                 s.employerPlaces,
			"POST /employers/{id}/places":                s.askPlaces,
			"GET /workers/{ref}/home":                    s.homePage,
			"POST /workers/{ref}/home":                   s.homeApply,
			"POST /workers/{ref}/home/{thing}/{id}/{do}": s.homeDo,
		},
	}
}
