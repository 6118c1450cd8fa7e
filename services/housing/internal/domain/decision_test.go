package domain

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

var today = clock.NewDate(2026, 11, 2)

func policy(t interface{ Fatal(...any) }) Policy {
	book, err := rule.Load()
	if err != nil {
		t.Fatal(err)
	}
	var p Policy
	for id, r := range map[string]*rule.Rule{"HO-01": &p.Eligibility, "HO-JOB-MONTHS": &p.JobMonths} {
		if *r, err = book.Rule(id, today, "654301"); err != nil {
			t.Fatal(err)
		}
	}
	p.Recourse = recourse(t)
	return p
}

func applied() Application {
	return Application{ID: "a", Worker: "w", County: "654301", Kind: PublicRental, HouseholdSize: 2, DeclaresNoHome: true, DeclaresIncomeBelow: true, State: Submitted}
}

func job(since string) Proof {
	return Proof{Kind: ProofJob, Source: "employment", SourceID: "hire", Since: since}
}

func TestDecide(t *testing.T) {
	p := policy(t)
	flagged := job("2020-01-01")
	flagged.Flagged = true
	ended := job("2020-01-01")
	ended.Until = "2026-11-01"
	lastDay := job("2020-01-01")
	lastDay.Until = "2026-11-02"
	for name, c := range map[string]struct {
		noHome, income bool
		proofs         []Proof
		code           string
		want           Outcome
		err            error
		missing        string // of the job months, "" where met
	}{
		"all met":                       {true, true, []Proof{job("2026-05-02")}, "", OutcomeEligible, nil, ""},
		"a day short":                   {true, true, []Proof{job("2026-05-03")}, "", OutcomeMoreNeeded, nil, "5 of 6"},
		"two months":                    {true, true, []Proof{job("2026-09-02")}, "", OutcomeMoreNeeded, nil, "2 of 6"},
		"the earliest current counts":   {true, true, []Proof{job("2026-10-01"), job("2026-05-01")}, "", OutcomeEligible, nil, ""},
		"work begins later":             {true, true, []Proof{job("2027-01-01")}, "", OutcomeMoreNeeded, nil, "0 of 6"},
		"ended":                         {true, true, []Proof{ended}, "", OutcomeMoreNeeded, nil, "0 of 6"},
		"ends today":                    {true, true, []Proof{lastDay}, "", OutcomeEligible, nil, ""},
		"said to be wrong":              {true, true, []Proof{flagged}, "", OutcomeMoreNeeded, nil, "0 of 6"},
		"nothing known":                 {true, true, nil, "", OutcomeMoreNeeded, nil, "0 of 6"},
		"insurance alone":               {true, true, []Proof{{Kind: ProofInsurance, Months: 40}}, "", OutcomeMoreNeeded, nil, "0 of 6"},
		"has a home":                    {false, true, []Proof{job("2020-01-01")}, "", OutcomeMoreNeeded, nil, ""},
		"income not declared":           {true, false, []Proof{job("2020-01-01")}, "", OutcomeMoreNeeded, nil, ""},
		"refused by an officer":         {false, true, []Proof{job("2020-01-01")}, "has_home", OutcomeRefused, nil, ""},
		"no ground to refuse":           {true, true, []Proof{job("2020-01-01")}, "has_home", "", ErrRefusalGround, ""},
		"a reason in free text":         {false, true, nil, "he has a home", "", ErrRefusalCode, ""},
		"a reason that is far too long": {false, true, nil, strings.Repeat("x", 41), "", ErrRefusalCode, ""},
	} {
		a := applied()
		a.DeclaresNoHome, a.DeclaresIncomeBelow = c.noHome, c.income
		d, err := p.Decide(a, c.proofs, today, c.code)
		if !errors.Is(err, c.err) || d.Outcome != c.want {
			t.Errorf("%s: %s, %v; want %s, %v", name, d.Outcome, err, c.want, c.err)
			continue
		}
		if err != nil {
			continue
		}
		if got := d.RuleIDs(); !slices.Equal(got, []string{"HO-01", "HO-JOB-MONTHS"}) {
			t.Errorf("%s: rules %v", name, got)
		}
		work := d.Reasons[len(d.Reasons)-1]
		missing := ""
		for _, g := range work.Gaps {
			missing = g.Have + " of " + g.Need
		}
		if missing != c.missing {
			t.Errorf("%s: missing %q, want %q", name, missing, c.missing)
		}
	}
}

// Whatever is known, a machine alone never refuses, and every reason is whole:
// its rule, its source, its facts, where to appeal, and what would change it.
func TestNoRefusalByTheMachine(t *testing.T) {
	p := policy(t)
	rapid.Check(t, func(t *rapid.T) {
		a := applied()
		a.DeclaresNoHome, a.DeclaresIncomeBelow = rapid.Bool().Draw(t, "home"), rapid.Bool().Draw(t, "income")
		var proofs []Proof
		for range rapid.IntRange(0, 4).Draw(t, "proofs") {
			f := job(today.AddDays(rapid.IntRange(-900, 60).Draw(t, "since")).String())
			f.Flagged = rapid.Bool().Draw(t, "flagged")
			f.Kind = rapid.SampledFrom([]string{ProofJob, ProofInsurance, "certificate"}).Draw(t, "kind")
			if rapid.Bool().Draw(t, "over") {
				f.Until = today.AddDays(rapid.IntRange(-90, 90).Draw(t, "until")).String()
			}
			proofs = append(proofs, f)
		}
		d, err := p.Decide(a, proofs, today, "")
		if err != nil || d.Outcome == OutcomeRefused {
			t.Fatalf("%s, %v", d.Outcome, err)
		}
		met := true
		for _, r := range d.Reasons {
			if err := r.Check(); err != nil || len(r.Facts) == 0 || len(r.Appeals) != 1 || r.Appeals[0].Days != 60 || !r.Appeals[0].Until.IsZero() {
				t.Fatalf("reason %+v: %v", r, err)
			}
			if r.Outcome != rule.Met && (len(r.Gaps) == 0 || len(r.Changes) == 0) {
				t.Fatalf("no way on: %+v", r)
			}
			met = met && r.Outcome == rule.Met
		}
		if met != (d.Outcome == OutcomeEligible) {
			t.Fatalf("%s with %+v", d.Outcome, d.Reasons)
		}
		after, _ := a.Decided(d)
		if after.State == Refused {
			t.Fatal("refused by a machine")
		}
	})
}

func TestMonthsSince(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		since := clock.NewDate(2020, 1, 1).AddDays(rapid.IntRange(0, 3000).Draw(t, "since"))
		on := since.AddDays(rapid.IntRange(0, 3000).Draw(t, "days"))
		n := monthsSince(since, on)
		if since.AddMonths(n).After(on) || !since.AddMonths(n+1).After(on) {
			t.Fatalf("%d months from %s to %s", n, since, on)
		}
	})
}

func TestPapersNotAsked(t *testing.T) {
	flagged := job("2020-01-01")
	flagged.Flagged = true
	got := PapersNotAsked([]Proof{{Kind: ProofInsurance}, job("2020-01-01"), job("2021-01-01"), {Kind: "other"}})
	if want := []string{"employment_proof", "social_insurance_record"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := PapersNotAsked([]Proof{flagged}); got != nil {
		t.Errorf("a flagged fact replaces %v", got)
	}
}
