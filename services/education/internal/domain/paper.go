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
	Code         string // of residence the township, of sibling and continuity the school
}

// longestCode is the length of a school's id, the longer of the two that a paper names.
const longestCode = 36

// Read checks what a paper says, or returns ErrPaper for what none can say. What
// ends later than today lasts still.
func (p Paper) Read(today clock.Date) (Paper, error) {
	switch {
	case !slices.Contains([]string{kindJob, kindInsuranceMonths, kindLease, kindResidence, kindSibling, kindContinuity, kindNewcomer}, p.Kind),
		slices.Contains([]string{kindResidence, kindSibling, kindContinuity}, p.Kind) != (p.Code != ""), len(p.Code) > longestCode,
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

// Document is one thing that is usually asked for entry, with what stands for it.
// None of them blocks entry.
type Document struct {
	Kind  string // household_register, identity_cards, residence_permit, home_proof, employment_proof, vaccination_certificate, school_record
	Form  string // record, paper or witness where it is there, "" where it is missing
	Later bool   // a to-do after entry
}

// standsFor says which kinds of facts stand for a document.
var standsFor = map[string][]string{
	"home_proof": {kindLease, kindResidence}, "employment_proof": {kindJob}, "residence_permit": {kindResidence, kindLease},
}

// Documents lists what is usually asked (rule SC-04), with what is there: a
// record, a paper or a witness's statement, each worth the same. The check of
// vaccinations and the transfer of the school record are made after entry.
func Documents(usual []string, stage Stage, proofs []Proof, today clock.Date) []Document {
	var all []Document
	for _, u := range usual {
		kind := strings.ReplaceAll(strings.TrimSuffix(strings.TrimSuffix(plain(u), " of parents and child"), " or filed lease"), " ", "_")
		kind = strings.TrimPrefix(kind, "parents_")
		d := Document{Kind: kind, Later: kind == "vaccination_certificate"}
		for _, p := range proofs {
			if slices.Contains(standsFor[kind], p.Kind) && p.lasts(today) {
				if d.Form = "record"; p.Source == FormPaper || p.Source == FormWitness {
					d.Form = p.Source
				}
				break
			}
		}
		all = append(all, d)
	}
	if stage != Preschool {
		all = append(all, Document{Kind: "school_record", Later: true})
	}
	return all
}
