package domain

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

func book(t interface{ Fatal(...any) }) *rule.Book {
	b, err := rule.Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func scoring(t interface{ Fatal(...any) }) (sc Scoring) {
	b := book(t)
	for id, r := range map[string]*rule.Rule{"HO-07": &sc.Head, "HO-PT-WORK": &sc.Work, "HO-PT-INSURANCE": &sc.Insurance, "HO-PT-AREA": &sc.Area, "HO-PT-WAIT": &sc.Wait, "HO-14": &sc.Relief} {
		var err error
		if *r, err = b.Rule(id, today, "654301"); err != nil {
			t.Fatal(err)
		}
	}
	sc.Recourse = recourse(t)
	return sc
}

func recourse(t interface{ Fatal(...any) }) rule.Recourse {
	calendar, err := clock.LoadCalendar()
	if err != nil {
		t.Fatal(err)
	}
	r, err := book(t).Recourse(today, calendar)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestPointsLineByLine(t *testing.T) {
	sc := scoring(t)
	work := func(source, since, until string) Proof {
		return Proof{Kind: ProofJob, Source: source, Since: since, Until: until}
	}
	for name, c := range map[string]struct {
		change func(*Candidate)
		want   []int // work, insurance, area, waiting
	}{
		"nothing shown, no home": {func(*Candidate) {}, []int{0, 0, 15, 0}},
		"ten months of work":     {func(c *Candidate) { c.Proofs = []Proof{work("employment", "2026-01-02", "")} }, []int{10, 0, 15, 0}},
		"the same by a witness":  {func(c *Candidate) { c.Proofs = []Proof{work(FormWitness, "2026-01-02", "")} }, []int{10, 0, 15, 0}},
		"two seasons add up": {func(c *Candidate) {
			c.Proofs = []Proof{work("paper", "2025-04-01", "2025-09-30"), work("employment", "2026-04-01", "2026-09-30")}
		}, []int{12, 0, 15, 0}},
		"two jobs at once count once": {func(c *Candidate) {
			c.Proofs = []Proof{work("paper", "2026-01-02", ""), work("employment", "2026-01-02", "2026-06-30")}
		}, []int{10, 0, 15, 0}},
		"never more than the rule":     {func(c *Candidate) { c.Proofs = []Proof{work("paper", "2010-01-01", "")} }, []int{24, 0, 15, 0}},
		"a flagged fact counts for 0":  {func(c *Candidate) { p := work("employment", "2010-01-01", ""); p.Flagged = true; c.Proofs = []Proof{p} }, []int{0, 0, 15, 0}},
		"insurance by a paper":         {func(c *Candidate) { c.Proofs = []Proof{{Kind: ProofInsurance, Source: FormPaper, Months: 7}} }, []int{0, 7, 15, 0}},
		"three in thirty-six metres":   {func(c *Candidate) { c.Application.HouseholdSize, c.Application.DeclaredAreaDM2 = 3, 3600 }, []int{0, 0, 3, 0}},
		"enough room":                  {func(c *Candidate) { c.Application.DeclaredAreaDM2 = 9000 }, []int{0, 0, 0, 0}},
		"waiting since five months":    {func(c *Candidate) { c.Application.SubmittedAt = now.AddDate(0, -5, 0) }, []int{0, 0, 15, 5}},
		"waiting longer than it pays":  {func(c *Candidate) { c.Application.SubmittedAt = now.AddDate(-9, 0, 0) }, []int{0, 0, 15, 36}},
		"a job that begins next month": {func(c *Candidate) { c.Proofs = []Proof{work("employment", "2026-12-01", "")} }, []int{0, 0, 15, 0}},
	} {
		cand := Candidate{Application: applied()}
		cand.Application.SubmittedAt = now
		c.change(&cand)
		lines, err := sc.Lines(cand, today)
		if err != nil {
			t.Fatal(name, err)
		}
		var got []int
		for _, l := range lines {
			got = append(got, l.Points)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func candidates(t *rapid.T) (all []Candidate) {
	n := rapid.IntRange(1, 12).Draw(t, "waiting")
	for i := range n {
		a := applied()
		a.ID, a.State = fmt.Sprintf("application-%02d", i), Eligible
		a.HouseholdSize = rapid.IntRange(1, 6).Draw(t, "members")
		a.DeclaredAreaDM2 = rapid.IntRange(0, 12000).Draw(t, "area")
		a.SubmittedAt = now.AddDate(0, 0, -rapid.IntRange(0, 3).Draw(t, "days"))
		form := rapid.SampledFrom([]string{"employment", FormPaper, FormWitness}).Draw(t, "form")
		since := today.AddMonths(-rapid.IntRange(0, 30).Draw(t, "months"))
		a.Priority.State = rapid.SampledFrom([]PriorityState{PriorityUnsaid, PriorityDeclared, PriorityConfirmed, PriorityNotFound}).Draw(t, "priority")
		all = append(all, Candidate{Application: a, Proofs: []Proof{{Kind: ProofJob, Source: form, Since: since.String()}}})
	}
	return all
}

// The form of the evidence never moves anybody, more work never moves anybody
// back, and each place but the first says truly how many points are missing.
func TestListIsFair(t *testing.T) {
	sc := scoring(t)
	rapid.Check(t, func(t *rapid.T) {
		all := candidates(t)
		ranked, err := sc.Rank(all, nil, today)
		if err != nil {
			t.Fatal(err)
		}
		position := map[string]int{}
		for _, st := range ranked {
			position[st.Candidate.Application.ID] = st.Place.Position
			why, err := sc.Explain(st, today)
			if err != nil || why.Check() != nil || (why.Outcome == rule.Met) != (st.Place.Position == 1 && st.Tied == 0) {
				t.Fatalf("%+v, %v, %v", why, err, why.Check())
			}
		}
		witnessed := make([]Candidate, len(all))
		for i, c := range all {
			witnessed[i] = Candidate{Application: c.Application, Proofs: slices.Clone(c.Proofs)}
			witnessed[i].Proofs[0].Source = FormWitness
		}
		again, err := sc.Rank(witnessed, nil, today)
		if err != nil {
			t.Fatal(err)
		}
		for _, st := range again {
			if position[st.Candidate.Application.ID] != st.Place.Position {
				t.Fatal("a witness's word moved somebody")
			}
		}
		i := rapid.IntRange(0, len(all)-1).Draw(t, "who")
		since, _ := clock.ParseDate(witnessed[i].Proofs[0].Since)
		witnessed[i].Proofs[0].Since = since.AddMonths(-3).String()
		moved, err := sc.Rank(witnessed, nil, today)
		if err != nil {
			t.Fatal(err)
		}
		for _, st := range moved {
			if id := all[i].Application.ID; st.Candidate.Application.ID == id && st.Place.Position > position[id] {
				t.Fatal("more work moved somebody back")
			}
		}
	})
}

// However a round goes, the homes go to the first by points, day and number;
// everybody else has a complete reason.
func TestRoundIsFair(t *testing.T) {
	sc := scoring(t)
	rapid.Check(t, func(t *rapid.T) {
		ranked, err := sc.Rank(candidates(t), nil, today)
		if err != nil {
			t.Fatal(err)
		}
		var homes []Home
		for i := range rapid.IntRange(1, 4).Draw(t, "homes") {
			h := aHome()
			h.ID, h.AreaDM2 = fmt.Sprintf("home-%d", i), rapid.IntRange(2000, 9000).Draw(t, "area")
			homes = append(homes, h)
		}
		n := 0
		ticket := func() string { n++; return fmt.Sprintf("TICKET%04d", n*7919%10000) }
		r, entries, err := OpenRound(Round{ID: "round", County: "654301", Kind: PublicRental, OpenedOn: today, FigureName: "上证指数收盘价，上海证券交易所", FigureDue: today.AddDays(2)}, homes, ranked, ticket)
		if err != nil {
			t.Fatal(err)
		}
		if r.State == RoundIsCommitted {
			if err := r.MayOffer(); !errors.Is(err, ErrRoundState) {
				t.Fatal(err)
			}
			if r, err = r.Confirm("3210.55", "o1", r.FigureDue); err == nil {
				r, err = r.Confirm("3210.55", "o2", r.FigureDue)
			}
			if err != nil {
				t.Fatal(err)
			}
			if r, entries, err = r.Draw(entries, "o2"); err != nil || r.Bundle == "" {
				t.Fatal(err)
			}
		}
		for i := 1; i < len(entries); i++ {
			a, b := entries[i-1], entries[i]
			if a.AheadBy == b.AheadBy && a.Points < b.Points || a.AheadBy == "" && b.AheadBy != "" || a.Class > b.Class || a.Class == b.Class && a.Number > b.Number || b.Position != i+1 {
				t.Fatalf("%+v before %+v", a, b)
			}
		}
		last := entries[min(len(homes), len(entries))-1]
		for _, e := range entries[min(len(homes), len(entries)):] {
			i := slices.IndexFunc(ranked, func(st Standing) bool { return st.Candidate.Application.ID == e.ApplicationID })
			why, err := sc.Passed(r, e, last, ranked[i], today)
			if gaps := e.AheadBy == last.AheadBy; err != nil || why.Check() != nil || (len(why.Gaps) == 1) != gaps || gaps && why.Gaps[0].Short < "1" {
				t.Fatalf("%+v, %v, %v", why, err, why.Check())
			}
		}
	})
}

func TestFitting(t *testing.T) {
	homes := []Home{{AreaDM2: 3000}, {AreaDM2: 9000}, {AreaDM2: 6000}}
	for members, want := range map[int]int{1: 0, 2: 0, 3: 2, 4: 2, 5: 1, 9: 1} {
		if got := Fitting(homes, members, 15); got != want {
			t.Errorf("%d members: home %d, want %d", members, got, want)
		}
	}
}

// TestALeaseIsLeftBeforeItBegins: that ends it the same day, and it owes no rent.
func TestALeaseIsLeftBeforeItBegins(t *testing.T) {
	today := clock.DateOf(now)
	for name, c := range map[string]struct {
		starts, on clock.Date
		ok         bool
	}{
		"not begun, today":     {today.AddDays(2), today, true},
		"not begun, its start": {today.AddDays(2), today.AddDays(2), false},
		"not begun, yesterday": {today.AddDays(2), today.AddDays(-1), false},
		"running, today":       {today.AddDays(-9), today, true},
		"running, its start":   {today.AddDays(-9), today.AddDays(-9), true},
		"running, before it":   {today.AddDays(-9), today.AddDays(-10), false},
		"running, tomorrow":    {today.AddDays(-9), today.AddDays(1), false},
	} {
		l, events, err := Lease{ID: "l", StartsOn: c.starts, EndsOn: c.starts.AddYears(1), RentFen: 100}.Leave(c.on, today)
		if (err == nil) != c.ok || c.ok && (l.State(today) != "left" || len(events) != 1) {
			t.Errorf("%s: %v, %s", name, err, l.State(today))
		}
		if g := NewLedger(l, nil, 10, c.starts.AddDays(60)); c.ok && (len(g.Months) == 0) != c.on.Before(c.starts) {
			t.Errorf("%s: %d months are owed", name, len(g.Months))
		}
	}
}

func TestLedger(t *testing.T) {
	l := Lease{StartsOn: clock.NewDate(2026, 6, 15), EndsOn: clock.NewDate(2027, 6, 14), RentFen: 100}
	pay := func(month string, fen int64) Payment { return Payment{Month: month, AmountFen: fen, PaidOn: today} }
	for name, c := range map[string]struct {
		payments []Payment
		left     clock.Date
		months   int
		fen      int64
		lines    int
	}{
		"nothing paid":              {nil, clock.Date{}, 5, 500, 6}, // June to October; November is due on the 10th
		"one in full, one in part":  {[]Payment{pay("2026-06", 100), pay("2026-07", 40)}, clock.Date{}, 4, 360, 6},
		"too much pays no other":    {[]Payment{pay("2026-06", 500)}, clock.Date{}, 4, 400, 6},
		"left in August":            {nil, clock.NewDate(2026, 8, 20), 3, 300, 3},
		"two payments make a month": {[]Payment{pay("2026-06", 50), pay("2026-06", 50)}, clock.Date{}, 4, 400, 6},
	} {
		l.LeftOn = c.left
		g := NewLedger(l, c.payments, 10, today)
		if g.ArrearsMonths != c.months || g.ArrearsFen != c.fen || len(g.Months) != c.lines {
			t.Errorf("%s: %+v", name, g)
		}
	}
	l.RentFen = 0
	if g := NewLedger(l, nil, 10, today); len(g.Months) != 0 {
		t.Errorf("a place of the subsidy owes rent: %+v", g)
	}
}

// Every refusal of the rules has a complete trace, whatever it rests on.
func TestEveryRefusalIsExplained(t *testing.T) {
	b := book(t)
	get := func(id string) rule.Rule {
		r, err := b.Rule(id, today, "654301")
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	check := func(what string, all []rule.Trace) {
		t.Helper()
		if len(all) == 0 {
			t.Errorf("%s: no trace", what)
		}
		for _, tr := range all {
			if err := tr.Check(); err != nil {
				t.Errorf("%s: %s: %v", what, tr.RuleID, err)
			}
			if tr.Outcome != rule.Met && (len(tr.Facts) == 0 || len(tr.Changes) == 0 || len(tr.Appeals) == 0) {
				t.Errorf("%s: %s is incomplete", what, tr.RuleID)
			}
		}
	}
	for _, eligibility := range []string{"HO-01", "HO-AFFORDABLE", "HO-SUBSIDY"} {
		p := Policy{Eligibility: get(eligibility), JobMonths: get("HO-JOB-MONTHS"), False: get("HO-06"), Recourse: recourse(t), Barred: today.AddDays(9)}
		a := applied()
		a.DeclaresNoHome, a.DeclaresIncomeBelow = false, false
		d, err := p.Decide(a, nil, today, "code")
		if err != nil || d.Outcome != OutcomeRefused {
			t.Fatal(err)
		}
		check(eligibility, d.Reasons)
		if d, err = p.DecideFalse(a, nil, today, "code"); err != nil || d.FalseUntil != today.AddYears(5) {
			t.Fatal(d.FalseUntil, err)
		}
		check(eligibility+" false", d.Reasons)
	}
	l := Lease{ID: "l", StartsOn: today.AddMonths(-9), EndsOn: today.AddMonths(3), RentFen: 100}
	r, _, err := AskRenewal("r", l, nil, 3, today)
	if err != nil {
		t.Fatal(err)
	}
	if r, _, err = r.Refuse("income_over", get("HO-03"), recourse(t), today); err != nil {
		t.Fatal(err)
	}
	check("renewal", r.Reasons)
	rules := ExitRules{Grounds: get("HO-04"), Times: get("HO-EXIT"), Recourse: recourse(t)}
	codes, err := rules.Codes()
	if err != nil || len(codes) != 9 {
		t.Fatal(codes, err)
	}
	for _, ground := range codes {
		e, _, err := rules.GiveNotice("e", l, nil, ground, "o1", NewLedger(l, nil, 10, today), today)
		if err != nil {
			t.Fatal(ground, err)
		}
		check("notice: "+ground, e.Reasons)
		e, _ = e.Delivered(now)
		late := now.Add(16 * 24 * time.Hour)
		e, _, err = rules.Decide(e, true, clock.DateOf(late).AddDays(30), "o2", late)
		if err != nil {
			t.Fatal(ground, err)
		}
		check("exit: "+ground, e.Reasons)
	}
}
