package domain

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// HO-14: whatever points, days and words there are, a relief household never
// stands behind one that is none, but for whom a fault of a round wronged; and
// within the two nothing but points and days decides.
func TestReliefHouseholdsStandFirst(t *testing.T) {
	sc := scoring(t)
	rapid.Check(t, func(t *rapid.T) {
		all := candidates(t)
		owed := map[string]bool{}
		for _, c := range all {
			owed[c.Application.ID] = rapid.IntRange(0, 9).Draw(t, "owed") == 0
		}
		ranked, err := sc.Rank(all, owed, today)
		if err != nil {
			t.Fatal(err)
		}
		for i, st := range ranked[1:] {
			before := ranked[i]
			ahead, own := before.Candidate.Application, st.Candidate.Application
			switch {
			case owed[own.ID] && !owed[ahead.ID]:
				t.Fatalf("%s was wronged and stands behind %s", own.ID, ahead.ID)
			case owed[ahead.ID] != owed[own.ID]:
			case own.Priority.counts() && !ahead.Priority.counts() && !owed[own.ID]:
				t.Fatalf("relief household %s stands behind %s", own.ID, ahead.ID)
			case own.Priority.counts() == ahead.Priority.counts() && before.Place.Points < st.Place.Points && !owed[own.ID]:
				t.Fatalf("%s has more points than %s ahead of it", own.ID, ahead.ID)
			}
			if st.Place.Position != i+2 {
				t.Fatalf("place %d at %d", st.Place.Position, i+2)
			}
		}
	})
}

// The rule has a first day, kinds that it speaks of, and a household's word
// counts until somebody who looked found otherwise.
func TestWhomTheLawPutsFirst(t *testing.T) {
	sc := scoring(t)
	for name, c := range map[string]struct {
		state PriorityState
		kind  Kind
		before,
		owed bool
		by string
	}{
		"nobody said anything":            {kind: PublicRental},
		"said":                            {state: PriorityDeclared, kind: PublicRental, by: "HO-14"},
		"confirmed":                       {state: PriorityConfirmed, kind: PublicRental, by: "HO-14"},
		"confirmed, for a rent subsidy":   {state: PriorityConfirmed, kind: RentSubsidy, by: "HO-14"},
		"looked at, and not found":        {state: PriorityNotFound, kind: PublicRental},
		"of a kind without limit":         {state: PriorityConfirmed, kind: AffordableRental},
		"the day before the law":          {state: PriorityConfirmed, kind: PublicRental, before: true},
		"wronged by a fault":              {kind: PublicRental, owed: true, by: "HO-REDRESS"},
		"wronged, and a relief household": {state: PriorityConfirmed, kind: PublicRental, owed: true, by: "HO-REDRESS"},
	} {
		s := sc
		if c.before {
			s.Relief = rule.Rule{}
		}
		a := applied()
		a.Kind, a.Priority.State = c.kind, c.state
		ranked, err := s.Rank([]Candidate{{Application: a}}, map[string]bool{a.ID: c.owed}, today)
		if err != nil || ranked[0].AheadBy != c.by {
			t.Errorf("%s: ahead by %q, %v; want %q", name, ranked[0].AheadBy, err, c.by)
		}
		why, asked, err := s.First(a, today)
		if err != nil || asked != (c.kind != AffordableRental && !c.before) {
			t.Errorf("%s: asked %v, %v", name, asked, err)
		}
		if asked && (why.Check() != nil || (why.Outcome == rule.Met) != a.Priority.counts() || why.Outcome != rule.Met && len(why.Changes) == 0) {
			t.Errorf("%s: %+v, %v", name, why, why.Check())
		}
	}
	if _, err := book(t).Rule("HO-14", clock.NewDate(2026, 6, 30), "654301"); !errors.Is(err, rule.ErrNotInForce) {
		t.Errorf("the rule begins before its day: %v", err)
	}
}

// What is said and what is found follow each other in one order, and nothing
// else changes a household's priority.
func TestSayingAndLookingAtPriority(t *testing.T) {
	yes := Priority{State: PriorityConfirmed, On: today, Basis: BasisPaper}
	for name, c := range map[string]struct {
		from  PriorityState
		do    func(Application) (Application, []Event, error)
		want  PriorityState
		err   error
		quiet bool
	}{
		"said":                          {do: say(true), want: PriorityDeclared},
		"said again":                    {from: PriorityDeclared, do: say(true), want: PriorityDeclared, quiet: true},
		"said, and confirmed before":    {from: PriorityConfirmed, do: say(true), want: PriorityConfirmed, quiet: true},
		"said again after not found":    {from: PriorityNotFound, do: say(true), want: PriorityDeclared},
		"taken back":                    {from: PriorityConfirmed, do: say(false), want: PriorityUnsaid},
		"nothing to take back":          {do: say(false), want: PriorityUnsaid, quiet: true},
		"a certificate that was shown":  {do: found(yes), want: PriorityConfirmed},
		"the office asked unasked":      {do: found(Priority{State: PriorityConfirmed, On: today, Basis: BasisCivilAffairs}), err: ErrPriorityAsked},
		"the office asked after a word": {from: PriorityDeclared, do: found(Priority{State: PriorityNotFound, On: today, Basis: BasisCivilAffairs}), want: PriorityNotFound},
		"not found unasked":             {do: found(Priority{State: PriorityNotFound, On: today, Basis: BasisPaper}), err: ErrPriorityAsked},
		"without a day":                 {from: PriorityDeclared, do: found(Priority{State: PriorityConfirmed, Basis: BasisPaper}), err: ErrPriorityDay},
		"from a day to come":            {from: PriorityDeclared, do: found(Priority{State: PriorityConfirmed, On: today.AddDays(1), Basis: BasisPaper}), err: ErrPriorityDay},
		"without saying on what":        {from: PriorityDeclared, do: found(Priority{State: PriorityConfirmed, On: today}), err: ErrPriorityOutcome},
		"declared by an officer":        {do: found(Priority{State: PriorityDeclared, On: today, Basis: BasisPaper}), err: ErrPriorityOutcome},
	} {
		a := applied()
		a.State, a.Priority.State = Eligible, c.from
		got, events, err := c.do(a)
		if !errors.Is(err, c.err) || err == nil && (got.Priority.State != c.want || (len(events) == 0) != c.quiet) {
			t.Errorf("%s: %+v, %v, %v", name, got.Priority, events, err)
		}
	}
	for _, state := range []ApplicationState{Withdrawn, Leased} {
		a := applied()
		a.State = state
		if _, _, err := say(true)(a); !errors.Is(err, ErrApplicationState) {
			t.Errorf("%s: %v", state, err)
		}
	}
	a := applied()
	a.Kind, a.Priority.State = AffordableRental, PriorityDeclared
	if _, _, err := Apply(a); !errors.Is(err, ErrPriorityKind) {
		t.Errorf("a kind that the law does not speak of: %v", err)
	}
}

func say(yes bool) func(Application) (Application, []Event, error) {
	return func(a Application) (Application, []Event, error) { return a.SayPriority(yes) }
}

func found(p Priority) func(Application) (Application, []Event, error) {
	return func(a Application) (Application, []Event, error) { return a.ConfirmPriority(p, today) }
}

// A draw's bundle names the rule by which some stand ahead, and whoever verifies
// it finds out where a class was put behind it.
func TestTheBundleNamesTheRule(t *testing.T) {
	sc := scoring(t)
	var all []Candidate
	for _, id := range []string{"a", "b", "c", "d"} {
		one := applied()
		one.ID, one.State, one.SubmittedAt = "application-"+id, Eligible, now
		if id > "b" {
			one.Priority = Priority{State: PriorityConfirmed, On: today, Basis: BasisPaper}
		}
		all = append(all, Candidate{Application: one})
	}
	ranked, err := sc.Rank(all, nil, today)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	ticket := func() string { n++; return "TICKET" + string(rune('A'+n)) }
	r, entries, err := OpenRound(Round{ID: "round", County: "654301", Kind: PublicRental, OpenedOn: today, FigureName: "上证指数收盘价，上海证券交易所", FigureDue: today.AddDays(2)}, []Home{aHome()}, ranked, ticket)
	if err != nil {
		t.Fatal(err)
	}
	for _, no := range []string{"o1", "o2"} {
		if r, err = r.Confirm("3210.55", no, r.FigureDue); err != nil {
			t.Fatal(err)
		}
	}
	if r, entries, err = r.Draw(entries, "o2"); err != nil {
		t.Fatal(err)
	}
	for i, e := range entries {
		if (e.AheadBy == "HO-14") != (i < 2) || (e.ApplicationID > "application-b") != (i < 2) {
			t.Errorf("place %d: %+v", i+1, e)
		}
	}
	v, err := allocate.VerifyBundle(strings.NewReader(r.Bundle))
	if err != nil || !slices.Equal(v.Ahead, []allocate.Ahead{{Rule: "HO-14", Below: 1}}) {
		t.Fatalf("%v, %v in\n%s", v, err, r.Bundle)
	}
	for _, forged := range []string{strings.Replace(r.Bundle, "HO-14 1", "HO-14 2", 1), strings.Replace(r.Bundle, "HO-14", "HO-15", 1)} {
		if _, err := allocate.VerifyBundle(strings.NewReader(forged)); err == nil {
			t.Error("another rule, or another bound, verifies")
		}
	}
}
