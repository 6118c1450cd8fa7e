package domain

import (
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
)

// ErrPaper refuses a paper whose kind, form or dates cannot be.
var ErrPaper = errs.New(errs.Invalid, "housing.paper", "The paper's kind, form, dates or months cannot be right.")

// Paper is a paper or a witness's statement shown at the counter. Its content
// is not kept, only what it proves.
type Paper struct {
	Kind, Form   string // ProofJob or ProofInsurance; paper or witness
	Since, Until string // civil dates; Until is empty while it lasts
	Months       int
}

// Check returns ErrPaper for what no paper can say.
func (p Paper) Check(today clock.Date) error {
	if p.Kind != ProofJob && p.Kind != ProofInsurance || p.Form != "paper" && p.Form != "witness" || p.Months < 0 || p.Kind == ProofInsurance && p.Months == 0 {
		return ErrPaper
	}
	since, err := clock.ParseDate(p.Since)
	if err != nil || since.After(today) {
		return ErrPaper
	}
	if p.Until == "" {
		return nil
	}
	if until, err := clock.ParseDate(p.Until); err != nil || until.Before(since) {
		return ErrPaper
	}
	return nil
}
