package domain

import (
	"slices"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// The kinds of facts that other departments' records give.
const (
	kindJob             = "job"
	kindInsuranceMonths = "insurance_months"
	kindLease           = "lease"
)

// insuranceRecord is the paper that months of insurance replace. SC-04 does not
// name it; SC-05 makes the years count.
const insuranceRecord = "social-insurance record"

// Proof is a fact that is held for an application: what another department
// recorded, or what a paper or a witness showed.
type Proof struct {
	Kind, Source, SourceID string
	Since, Until           string // as the source writes them; Until is "" while it lasts
	Months                 int
	Code                   string
	Flagged                bool // its source corrected it since
	RecordedAt             time.Time
}

// replaces reports whether the fact stands for a paper today: not where it came
// from one, nor while it is in doubt, and a job or a lease not after its end.
// Months covered stay covered.
func (p Proof) replaces(today clock.Date) bool {
	shown := p.Source == FormPaper || p.Source == FormWitness
	return !shown && !p.Flagged && (p.Kind == kindInsuranceMonths || p.Until == "" || p.Until >= today.String())
}

// PapersNotAsked lists the papers that the facts replace, of those that are
// usually asked (rule SC-04), in the rule's order. Whoever prefers a paper may
// still bring it: it counts as much.
func PapersNotAsked(usual []string, proofs []Proof, today clock.Date) []string {
	held := func(kind string) bool {
		return slices.ContainsFunc(proofs, func(p Proof) bool { return p.Kind == kind && p.replaces(today) })
	}
	var papers []string
	for _, u := range usual {
		paper := plain(u)
		if held(kindJob) && strings.HasPrefix(paper, "employment proof") || held(kindLease) && strings.HasPrefix(paper, "home proof") {
			papers = append(papers, paper)
		}
	}
	if held(kindInsuranceMonths) {
		papers = append(papers, insuranceRecord)
	}
	return papers
}

// plain takes the mark of confidence, as in "(G)", from a paper's name.
func plain(paper string) string {
	name, _, _ := strings.Cut(paper, " (")
	return name
}

// The forms in which something is shown at the counter.
const (
	FormPaper   = "paper"
	FormWitness = "witness"
)

// Paper is a paper or a witness's statement that was shown at the counter. What
// else it says is not kept, only what it proves.
type Paper struct {
	Kind, Form   string
	Since, Until string // civil dates; Until is "" while it lasts
	Months       int    // for insurance_months alone
}

// Read checks what a paper says, or returns ErrPaper for what none can say. What
// ends later than today lasts still.
func (p Paper) Read(today clock.Date) (Paper, error) {
	switch {
	case p.Kind != kindJob && p.Kind != kindInsuranceMonths && p.Kind != kindLease,
		p.Form != FormPaper && p.Form != FormWitness,
		p.Months < 0, (p.Kind == kindInsuranceMonths) != (p.Months > 0):
		return p, ErrPaper
	}
	since, err := clock.ParseDate(p.Since)
	if err != nil || since.After(today) {
		return p, ErrPaper
	}
	if p.Until == "" {
		return p, nil
	}
	until, err := clock.ParseDate(p.Until)
	if err != nil || until.Before(since) {
		return p, ErrPaper
	}
	if !until.Before(today) {
		p.Until = ""
	}
	return p, nil
}
