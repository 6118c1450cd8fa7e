package domain

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// Outcome is what was decided.
type Outcome string

// The outcomes. More needed refuses nothing: it says what is still to be shown.
const (
	OutcomeEligible   Outcome = "eligible"
	OutcomeRefused    Outcome = "refused"
	OutcomeMoreNeeded Outcome = "more_needed"
)

// The kinds of other departments' facts that a decision uses.
const (
	ProofJob       = "job"
	ProofInsurance = "insurance_months"
)

// holderOf says which department holds a kind of fact, as reasons name it.
func holderOf(kind string) string {
	switch kind {
	case ProofJob:
		return "employment"
	case ProofInsurance:
		return "insurance"
	}
	return kind
}

// Proof is a fact of another department that the worker let us use.
type Proof struct {
	Kind       string
	Source     string
	SourceID   string
	Since      string
	Until      string // "" while it lasts
	Months     int
	Code       string
	Flagged    bool // its holder corrected it since; it counts for nothing until it is recorded anew
	RecordedAt time.Time
}

// Policy is the rules in force on the day and in the county of a decision.
type Policy struct {
	Eligibility rule.Rule // HO-01, HO-AFFORDABLE or HO-SUBSIDY
	JobMonths   rule.Rule // HO-JOB-MONTHS; asked where Eligibility speaks of stable work
	False       rule.Rule // HO-06
	Recourse    rule.Recourse
	Barred      clock.Date // until when an officer's earlier finding of a false statement bars; zero for none
}

// asksStableWork is the parameter of an eligibility rule that asks for stable work.
const asksStableWork = "outside_worker_stable_job_years"

// Decision is what the rules gave, with every reason, met or not.
type Decision struct {
	Outcome     Outcome
	RefusalCode string
	FalseUntil  clock.Date // with a refusal for a false statement
	Reasons     []rule.Trace
}

// RuleIDs names the rules that were applied, each once.
func (d Decision) RuleIDs() []string {
	var ids []string
	for _, t := range d.Reasons {
		if !slices.Contains(ids, t.RuleID) {
			ids = append(ids, t.RuleID)
		}
	}
	return ids
}

var refusalCode = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$`)

// The codes of what would change an outcome; the interface words them.
const (
	ChangeBarOver       = "bar_over"
	ChangeCorrect       = "correct_declaration"
	ChangeDeclareNoHome = "declare_no_home"
	ChangeDeclareIncome = "declare_income_below"
	ChangeJobGoesOn     = "job_goes_on"
	ChangeShareJob      = "share_job"
	ChangeMendJob       = "mend_job_record"
	ChangePaper         = "paper_or_witness" // counts as much as the digital fact
)

// Decide applies the rules to an application and what is known about it. A
// refusal needs an officer's reason code: without one, rules that are not met
// give "more needed". A code where all rules are met is an error, because
// nobody is refused without a ground.
func (p Policy) Decide(a Application, proofs []Proof, today clock.Date, code string) (Decision, error) {
	if code != "" && !refusalCode.MatchString(code) {
		return Decision{}, ErrRefusalCode
	}
	noHome, err := p.declared(today, "no_home_or_below_area", "declares_no_home", a.DeclaresNoHome, ChangeDeclareNoHome)
	if err != nil {
		return Decision{}, err
	}
	income, err := p.declared(today, "income_assets_below", "declares_income_below", a.DeclaresIncomeBelow, ChangeDeclareIncome)
	if err != nil {
		return Decision{}, err
	}
	d := Decision{Outcome: OutcomeEligible, Reasons: []rule.Trace{noHome, income}}
	if p.Eligibility.Has(asksStableWork) {
		job, err := p.job(today, proofs)
		if err != nil {
			return Decision{}, err
		}
		d.Reasons = append(d.Reasons, job)
	}
	if !p.Barred.IsZero() && !today.After(p.Barred) {
		bar, err := p.bar(today, p.Barred)
		if err != nil {
			return Decision{}, err
		}
		d.Reasons = append(d.Reasons, bar)
	}
	Appealable(d.Reasons, p.Recourse)
	for _, t := range d.Reasons {
		if t.Outcome != rule.Met {
			d.Outcome = OutcomeMoreNeeded
		}
	}
	switch {
	case code == "":
	case d.Outcome == OutcomeEligible:
		return Decision{}, ErrRefusalGround
	default:
		d.Outcome, d.RefusalCode = OutcomeRefused, code
		for i := range d.Reasons {
			if t := &d.Reasons[i]; t.Outcome != rule.Met {
				t.Facts = append(t.Facts, reasonCode(code, today))
			}
		}
	}
	return d, nil
}

// reasonCode is the officer's word for a refusal, as its reasons tell it.
func reasonCode(code string, today clock.Date) rule.Fact {
	return rule.Fact{Name: "reason_code", Value: code, From: "housing", AsOf: today.String()}
}

// DecideFalse refuses an application because the officer found a declaration in
// it to be false (HO-06). The finding is the officer's and bears a reason code;
// it bars for the years that the rule says, unless it falls in an appeal.
func (p Policy) DecideFalse(a Application, proofs []Proof, today clock.Date, code string) (Decision, error) {
	if code == "" {
		return Decision{}, ErrRefusalCode
	}
	p.Barred = clock.Date{} // the new finding takes an older one's place
	d, err := p.Decide(a, proofs, today, "")
	if err != nil {
		return Decision{}, err
	}
	if !refusalCode.MatchString(code) {
		return Decision{}, ErrRefusalCode
	}
	years, err := p.False.Int("years")
	if err != nil {
		return Decision{}, err
	}
	bar, err := p.bar(today, today.AddYears(years))
	if err != nil {
		return Decision{}, err
	}
	bar.Facts = append(bar.Facts, reasonCode(code, today))
	found := []rule.Trace{bar}
	Appealable(found, p.Recourse)
	d.Outcome, d.RefusalCode, d.FalseUntil, d.Reasons = OutcomeRefused, code, today.AddYears(years), append(d.Reasons, found...)
	return d, nil
}

// bar says until when a finding of a false statement stands in the way.
func (p Policy) bar(today, until clock.Date) (rule.Trace, error) {
	t, err := p.False.Trace(today, "years")
	if err != nil {
		return t, err
	}
	t.Outcome = rule.NotMet
	t.Facts = []rule.Fact{{Name: "false_until", Value: until.String(), From: "housing", AsOf: today.String()}}
	t.Changes = []rule.Change{{Code: ChangeCorrect}, {Code: ChangeBarOver, From: until.AddDays(1)}}
	return t, nil
}

// Appealable says, in each trace, where its decision can be taken to.
func Appealable(all []rule.Trace, r rule.Recourse) {
	for i := range all {
		all[i].Appeals = []rule.Appeal{r.Appeal()}
	}
}

// declared judges a condition of HO-01 by the worker's own declaration.
func (p Policy) declared(today clock.Date, parameter, fact string, declares bool, change string) (rule.Trace, error) {
	t, err := p.Eligibility.Trace(today, parameter)
	if err != nil {
		return t, err
	}
	asked, err := p.Eligibility.Bool(parameter)
	if err != nil {
		return t, err
	}
	value := "no"
	if declares {
		value = "yes"
	}
	t.Facts = []rule.Fact{{Name: fact, Value: value, From: "declared", AsOf: today.String()}}
	if declares || !asked {
		t.Outcome = rule.Met
		return t, nil
	}
	t.Outcome = rule.NotMet
	t.Gaps = []rule.Gap{{Name: fact, Have: "no", Need: "yes"}}
	t.Changes = []rule.Change{{Code: change}}
	return t, nil
}

// job judges the months of stable work. A hire proves "employed since"; what
// that makes in months is worked out here, on the day of the decision. Credited
// months of insurance are shown beside it for the officer who decides.
func (p Policy) job(today clock.Date, proofs []Proof) (rule.Trace, error) {
	t, err := p.JobMonths.Trace(today, "stable_job_months")
	if err != nil {
		return t, err
	}
	need, err := p.JobMonths.Int("stable_job_months")
	if err != nil {
		return t, err
	}
	var since clock.Date
	flagged := false
	for _, f := range proofs {
		switch {
		case f.Kind == ProofInsurance && !f.Flagged:
			t.Facts = append(t.Facts, rule.Fact{Name: "insurance_months", Value: strconv.Itoa(f.Months), From: holderOf(ProofInsurance), AsOf: today.String(), Proof: f.SourceID})
		case f.Kind == ProofJob && f.Flagged:
			flagged = true
			t.Facts = append(t.Facts, rule.Fact{Name: "job_flagged_since", Value: f.Since, From: holderOf(ProofJob), AsOf: today.String(), Proof: f.SourceID})
		case f.Kind == ProofJob && current(f, today):
			if from, err := clock.ParseDate(f.Since); err == nil && (since.IsZero() || from.Before(since)) {
				since = from
			}
			t.Facts = append(t.Facts, rule.Fact{Name: "job_since", Value: f.Since, From: holderOf(ProofJob), AsOf: today.String(), Proof: f.SourceID})
		}
	}
	have := 0
	if !since.IsZero() {
		have = monthsSince(since, today)
	}
	t.Facts = append(t.Facts, rule.Fact{Name: "job_months", Value: strconv.Itoa(have), From: "housing", AsOf: today.String()})
	if have >= need && !since.IsZero() {
		t.Outcome = rule.Met
		return t, nil
	}
	t.Gaps = []rule.Gap{{Name: "job_months", Have: strconv.Itoa(have), Need: strconv.Itoa(need), Short: strconv.Itoa(need - have), Unit: "month"}}
	switch {
	case !since.IsZero():
		t.Outcome = rule.NotMet
		t.Changes = []rule.Change{{Code: ChangeJobGoesOn, From: since.AddMonths(need)}}
	case flagged: // a person must look
		t.Outcome = rule.Unclear
		t.Changes = []rule.Change{{Code: ChangeMendJob}}
	default: // nothing is known, which is not the same as no work
		t.Outcome = rule.Unclear
		t.Changes = []rule.Change{{Code: ChangeShareJob}}
	}
	t.Changes = append(t.Changes, rule.Change{Code: ChangePaper})
	return t, nil
}

// current reports whether a job goes on today.
func current(f Proof, today clock.Date) bool { return f.Until == "" || f.Until >= today.String() }

// monthsSince counts the completed months from a day to today, none where the
// day has not come.
func monthsSince(since, today clock.Date) int {
	n := (today.Year()-since.Year())*12 + int(today.Month()) - int(since.Month())
	if since.AddMonths(n).After(today) {
		n--
	}
	return max(0, n)
}

// papers is which paper a fact saves the worker from bringing.
var papers = map[string]string{ProofJob: "employment_proof", ProofInsurance: "social_insurance_record"}

// PapersNotAsked names the papers that the evidence replaces, each once.
func PapersNotAsked(proofs []Proof) []string {
	var all []string
	for _, f := range proofs {
		if p, ok := papers[f.Kind]; ok && f.Source != "paper" && f.Source != "witness" && !f.Flagged && !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	slices.Sort(all)
	return all
}
