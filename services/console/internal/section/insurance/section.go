// Package insurance is the pages of social insurance: what employers owe and until when,
// who is enrolled through whom, and what a worker is insured for.
package insurance

import (
	"embed"
	"net/http"

	"github.com/qiao-platform/qiao/proto/contract"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

//go:embed templates locales
var files embed.FS

// cases is what an officer handles them for.
var cases = frame.Purpose{Code: "case_handling", LegalBasis: "PIPL 13(3)"}

type pages struct {
	insurance  insurancev1.InsuranceClient
	employment employmentv1.EmploymentClient // names the employers
}

// New returns the section.
func New(c contract.Caller) frame.Section {
	s := &pages{
		insurance:  insurancev1.InsuranceClient{Caller: c, Target: "insurance"},
		employment: employmentv1.EmploymentClient{Caller: c, Target: "employment"},
	}
	return frame.Section{
		Name: "insurance", Department: "hrss", Files: files, Holds: s.holds,
		Tones:   frame.Tones{Good: []string{"active", "fulfilled"}, Due: []string{"open"}, Bad: []string{"overdue"}},
		Menu:    []frame.Link{{Name: "insurance", Path: "/insurance", Text: "nav.insurance"}},
		Counter: []frame.Offer{{Name: "cover", Path: "/workers/{ref}/cover", Text: "insurance.counter", Method: "insurance.ListCover"}},
		Life:    map[string]string{"insurance.duty": "/cover#duty-{id}", "insurance.cover": "/cover#cover-{id}"},
		Pages: map[string]frame.Handler{
			"GET /insurance":                               s.debtors,
			"GET /insurance/duties":                        s.duties,
			"GET /insurance/duties/{duty}":                 s.duty,
			"POST /insurance/duties/{duty}":                s.enrol,
			"GET /insurance/enrolments":                    s.enrolments,
			"GET /insurance/enrolments/{enrolment}":        s.enrolment,
			"POST /insurance/enrolments/{enrolment}/{act}": s.act,
			"GET /workers/{ref}/cover":                     s.cover,
		},
	}
}

// holdings is what the department has of a worker.
type holdings struct {
	*insurancev1.ListCoverResponse
	Err error
}

// cover is the same as a page of its own, for an officer whom the worker visits; what he
// sees is in the worker's access log.
func (s *pages) cover(v *frame.Visit) error {
	return v.Render(http.StatusOK, "cover", frame.Page{Title: "have.cover", Nav: "workers", Body: s.holds(v)})
}

func (s *pages) holds(v *frame.Visit) any {
	reply, err := s.insurance.ListCover(v.As(frame.OwnRecord), &insurancev1.ListCoverRequest{Worker: v.Path("ref")})
	return holdings{reply, err}
}
