// Package fairs is the pages of job fairs: the officer's, the worker's and the
// employer's.
package fairs

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
		Name: "fairs", Department: "hrss", Files: files,
		Chapters: []frame.Chapter{
			{At: "/workers/{ref}/fairs/{fair}", Pages: []string{"worker_fair", "fair_receipt", "fair_proof"}, Binds: true},
		},
		Life:    map[string]string{"employment.fair": "/fairs/{within}"},
		Tones:   frame.Tones{Good: []string{"accepted"}, Due: []string{"open"}},
		Desk:    []frame.Link{{Name: "fairs", Path: "/employment/fairs", Text: "fairs.title"}},
		Tabs:    []frame.Link{{Name: "fairs", Path: "/fairs", Text: "wfairs.title", Helped: true}},
		Counter: []frame.Offer{{Name: "fairs", Path: "/workers/{ref}/fairs", Text: "fairs.counter", Method: "employment.ApplyToFair"}},
		Pages: map[string]frame.Handler{
			"GET /employment/fairs":                     s.fairs,
			"POST /employment/fairs":                    s.planFair,
			"GET /employment/fairs/{fair}":              s.fair,
			"POST /employment/fairs/{fair}/close":       s.closeFair,
			"POST /employment/fairs/{fair}/change":      s.changeFair,
			"POST /employment/fairs/{fair}/cancel":      s.cancelFair,
			"POST /employment/fairs/{fair}/correct":     s.correctFair,
			"POST /employment/fairs/{fair}/correction":  s.decideFairCorrection,
			"POST /employment/fairs/{fair}/figure":      s.enterFigure,
			"POST /employment/fairs/{fair}/draw":        s.drawFair,
			"POST /employment/fairs/{fair}/second":      s.secondPass,
			"GET /employment/fairs/{fair}/bundle":       s.fairBundle,
			"GET /workers/{ref}/fairs":                  s.workerFairs,
			"GET /workers/{ref}/fairs/{fair}":           s.workerFair,
			"POST /workers/{ref}/fairs/{fair}/wishes":   s.sendWishes,
			"POST /workers/{ref}/fairs/{fair}/answer":   s.answerProposal,
			"POST /workers/{ref}/fairs/{fair}/withdraw": s.withdrawFromFair,
			"GET /workers/{ref}/fairs/{fair}/proof":     s.fairProof,
			"GET /employers/{id}/fairs/{fair}":          s.employerFair,
			"POST /employers/{id}/fairs/{fair}/post":    s.enterFairPost,
			"POST /employers/{id}/fairs/{fair}/rank":    s.rankFair,
			"POST /employers/{id}/fairs/{fair}/offer":   s.offerAtFair,
			"POST /employers/{id}/fairs/{fair}/pass":    s.passOver,
		},
	}
}
