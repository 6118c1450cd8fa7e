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

// Proof is a fact of another department that is held for an application.
type Proof struct {
	Kind, Source, SourceID string
	Since, Until           string // as the source writes them; Until is "" while it lasts
	Months                 int
	Code                   string
	Flagged                bool // its source corrected it since
	RecordedAt             time.Time
}

// good reports whether the fact stands for a paper today: not while it is in
// doubt, and a job or a lease not after its end. Months covered stay covered.
func (p Proof) good(today clock.Date) bool {
	return !p.Flagged && (p.Kind == kindInsuranceMonths || p.Until == "" || p.Until >= today.String())
}

// PapersNotAsked lists the papers that the facts replace, of those that are
// usually asked (rule SC-04), in the rule's order. Whoever prefers a paper may
// still bring it: it counts as much.
func PapersNotAsked(usual []string, proofs []Proof, today clock.Date) []string {
	held := func(kind string) bool {
		return slices.ContainsFunc(proofs, func(p Proof) bool { return p.Kind == kind && p.good(today) })
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
