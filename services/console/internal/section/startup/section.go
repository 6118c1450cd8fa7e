// Package startup is the pages of start-up help: the worker's and the officer's.
package startup

import (
	"embed"

	"github.com/qiao-platform/qiao/proto/contract"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

//go:embed templates locales static
var files embed.FS

// cases is what an officer handles them for.
var cases = frame.Purpose{Code: "case_handling", LegalBasis: "PIPL 13(3)"}

type pages struct {
	employment employmentv1.EmploymentClient
}

// New returns the section.
func New(c contract.Caller) frame.Section {
	s := &pages{
		employment: employmentv1.EmploymentClient{Caller: c, Target: "employment"},
	}
	return frame.Section{
		Name: "startup", Department: "hrss", Files: files,
		Chapters: []frame.Chapter{
			{At: "/workers/{ref}/startup", Pages: []string{"startup"}, Binds: true},
		},
		Life:    map[string]string{"employment.adviser": "/startup#mine", "employment.loan": "/startup#mine", "employment.premises": "/startup#mine"},
		Desk:    []frame.Link{{Name: "startup", Path: "/employment/startup", Text: "startup.title"}},
		Tabs:    []frame.Link{{Name: "startup", Path: "/startup", Text: "startup.title", Helped: true}},
		Counter: []frame.Offer{{Name: "startup", Path: "/workers/{ref}/startup", Text: "startup.counter", Method: "employment.ApplyForAdviser"}},
		Pages: map[string]frame.Handler{
			"GET /workers/{ref}/startup":           s.startup,
			"POST /workers/{ref}/startup/tax":      s.checkTax,
			"POST /workers/{ref}/startup/adviser":  s.bookAdviser,
			"POST /workers/{ref}/startup/loan":     s.handOffLoan,
			"POST /workers/{ref}/startup/premises": s.requestPremises,
			"POST /workers/{ref}/startup/withdraw": s.withdrawStartup,
			"GET /employment/startup":              s.startupDesk,
			"POST /employment/startup/slot":        s.openSlot,
			"POST /employment/startup/premises":    s.addPremises,
		},
	}
}
