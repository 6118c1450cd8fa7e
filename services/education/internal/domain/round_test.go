package domain

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

var day = clock.NewDate(2026, 11, 26)

func recourse(t rapid.TB, b *rule.Book) rule.Recourse {
	t.Helper()
	calendar, err := clock.LoadCalendar()
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.Recourse(day, calendar)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func explaining(t rapid.TB) (Explaining, Priority) {
	t.Helper()
	b, err := rule.Load()
	if err != nil {
		t.Fatal(err)
	}
	x := Explaining{ReviewBy: day.AddDays(15), NextPass: day.AddDays(6)}
	var p Priority
	for id, r := range map[string]*rule.Rule{"ED-PRIORITY": &x.Order, "SC-01": &x.Compulsory, "ED-NEWCOMER": &p.Newcomer} {
		if *r, err = b.Rule(id, day, "654301"); err != nil {
			t.Fatal(err)
		}
	}
	p.Order, x.Recourse = x.Order, recourse(t, b)
	return x, p
}

func planned() Round {
	return Round{
		ID: "round-1", County: "654301", Stage: Primary, OpensOn: day, ClosesOn: day, DrawOn: day, FigureOn: day,
		Tie: allocate.SingleTie, FigureSource: "中国福利彩票双色球当日开奖号码，中国福彩网",
	}
}

// drawn runs a round to its first pass.
func drawn(t rapid.TB, r Round, schools []Seated, entries []Entry) (Drawn, Explaining) {
	t.Helper()
	x, _ := explaining(t)
	r.State = RoundIsClosed
	r, _, err := r.Commit(schools, entries, "officer-0", day)
	if err != nil {
		t.Fatal(err)
	}
	if r, _, err = r.TypeFigure(" 03 11 17 21 28 30 + 09 ", "officer-1", day); err != nil {
		t.Fatal(err)
	}
	if err := r.Confirm("03 11 17 21 28 30 + 09", "officer-2", day); err != nil {
		t.Fatal(err)
	}
	d, err := r.Draw(schools, entries, "officer-2", x, day)
	if err != nil {
		t.Fatal(err)
	}
	return d, x
}

func seated(id string, seats, reserved int) Seated {
	return Seated{RoundID: "round-1", School: School{ID: id, Stage: Primary, County: "654301", Township: "654301001", Places: 99}, Seats: seats, Reserved: reserved}
}

func wishes(class int, ids ...string) (all []Wish) {
	for _, id := range ids {
		all = append(all, Wish{SchoolID: id, Class: class, Ground: none, From: "education"})
	}
	return all
}

func TestARoundIsRunInOrder(t *testing.T) {
	r, events, err := PlanRound(planned(), "officer-0", day)
	if err != nil || len(events) != 1 || r.State != RoundIsPlanned {
		t.Fatal(err, events)
	}
	for name, c := range map[string]struct {
		change func(*Round)
		want   error
	}{
		"closes before it opens":   {func(r *Round) { r.ClosesOn = day.AddDays(-1) }, ErrRoundDates},
		"figure before it closes":  {func(r *Round) { r.FigureOn = day.AddDays(-1) }, ErrRoundDates},
		"drawn before the figure":  {func(r *Round) { r.FigureOn = day.AddDays(1) }, ErrRoundDates},
		"no such tie":              {func(r *Round) { r.Tie = "coin" }, ErrRoundTie},
		"no figure":                {func(r *Round) { r.FigureSource = "  " }, ErrRoundFigure},
		"it opened yesterday":      {func(r *Round) { r.OpensOn = day.AddDays(-1) }, ErrRoundPast},
		"the year is a slip":       {func(r *Round) { r.DrawOn = day.AddYears(10) }, ErrRoundDates},
		"a figure of nothing":      {func(r *Round) { r.FigureSource = "x" }, ErrRoundFigure},
		"a figure of several rows": {func(r *Round) { r.FigureSource = "a\nb" }, ErrRoundFigure},
	} {
		bad := planned()
		c.change(&bad)
		if _, _, err := PlanRound(bad, "officer-0", day); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	schools := []Seated{seated("school-1", 2, 0)}
	if _, _, err := r.Open(nil, day); !errors.Is(err, ErrRoundSchools) {
		t.Error(err)
	}
	if _, _, err := r.Open(schools, day.AddDays(1)); !errors.Is(err, ErrRoundDay) {
		t.Error(err)
	}
	if _, _, err := r.Close(day); !errors.Is(err, ErrRoundState) {
		t.Error(err)
	}
	open, _, err := r.Open(schools, day)
	if err != nil {
		t.Fatal(err)
	}
	if err := open.TakesChoices(day.AddDays(1)); !errors.Is(err, ErrRoundNotOpen) {
		t.Error(err)
	}
	if _, _, err := open.Close(day.AddDays(-1)); !errors.Is(err, ErrRoundDay) {
		t.Error(err)
	}
	closed, _, err := open.Close(day)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := closed.Close(day); !errors.Is(err, ErrRoundClosed) {
		t.Error("closed twice:", err)
	}
	if _, _, err := closed.Commit(schools, nil, "officer-0", day.AddDays(1)); !errors.Is(err, ErrFigureKnown) {
		t.Error(err)
	}
	committed, _, err := closed.Commit(schools, nil, "officer-0", day)
	if err != nil || committed.Root == "" {
		t.Fatal(err)
	}
	if err := committed.Confirm("1", "officer-2", day); !errors.Is(err, ErrFigureMissing) {
		t.Error(err)
	}
	if _, _, err := committed.TypeFigure("", "officer-1", day); !errors.Is(err, ErrFigure) {
		t.Error(err)
	}
	if _, _, err := committed.TypeFigure("1", "officer-1", day.AddDays(-1)); !errors.Is(err, ErrRoundDay) {
		t.Error(err)
	}
	typed, _, err := committed.TypeFigure("1", "officer-1", day)
	if err != nil {
		t.Fatal(err)
	}
	if err := typed.Confirm("1", "officer-1", day); !errors.Is(err, ErrFigureSame) {
		t.Error(err)
	}
	if err := typed.Confirm("2", "officer-2", day); !errors.Is(err, ErrFigureDiffers) {
		t.Error(err)
	}
	typed.Entries = 7
	x, _ := explaining(t)
	if _, err := typed.Draw(schools, nil, "officer-2", x, day); !errors.Is(err, ErrRoundTampered) {
		t.Error("another list than the committed one:", err)
	}
}

func TestSeatsOfARound(t *testing.T) {
	r := planned()
	r.State = RoundIsDrawn
	s := seated("school-1", 5, 1)
	s.Taken = 4
	for name, c := range map[string]struct {
		seats, reserved int
		want            error
	}{
		"fewer than those placed": {3, 0, ErrSeatsBelow},
		"more than are free":      {11, 0, ErrSeatsBeyond},
		"more reserved than all":  {5, 6, ErrSeats},
		"less than none":          {-1, 0, ErrSeats},
		"as many as placed":       {4, 0, nil},
		"one more":                {6, 2, nil},
	} {
		got, events, err := r.SetSeats(s, c.seats, c.reserved, 10)
		if !errors.Is(err, c.want) || err == nil && (got.Seats != c.seats || len(events) != 1) || err != nil && got.Seats != s.Seats {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
	s.School.Stage = Junior
	if _, _, err := r.SetSeats(s, 5, 0, 10); !errors.Is(err, ErrSchoolStage) {
		t.Error(err)
	}
	r.State = RoundIsCommitted
	if _, _, err := r.SetSeats(seated("school-1", 5, 1), 6, 0, 10); !errors.Is(err, ErrRoundState) {
		t.Error("a committed list's seats changed:", err)
	}
}

func TestBadChoicesHaveTheirOwnCodes(t *testing.T) {
	r := planned()
	r.State = RoundIsOpen
	schools := []Seated{seated("school-1", 1, 0), seated("school-2", 1, 0)}
	a := Application{ID: "application-1", Stage: Primary, County: "654301", State: Submitted}
	for name, c := range map[string]struct {
		ids    []string
		change func(*Application)
		want   error
	}{
		"none":           {nil, nil, ErrChoicesNone},
		"twice":          {[]string{"school-1", "school-1"}, nil, ErrChoicesTwice},
		"unknown":        {[]string{"school-1", "school-9"}, nil, ErrChoicesUnknown},
		"another stage":  {[]string{"school-1"}, func(a *Application) { a.Stage = Junior }, ErrRoundOther},
		"another county": {[]string{"school-1"}, func(a *Application) { a.County = "654321" }, ErrRoundOther},
		"placed already": {[]string{"school-1"}, func(a *Application) { a.State = Accepted }, ErrApplicationState},
		"good":           {[]string{"school-2", "school-1"}, nil, nil},
	} {
		in := a
		if c.change != nil {
			c.change(&in)
		}
		e, events, err := FileChoices(r, schools, in, Entry{Ticket: "TICKET-1"}, c.ids, day, clock.System().Now())
		if !errors.Is(err, c.want) || err == nil && (len(e.Wishes) != 2 || len(events) != 1) {
			t.Errorf("%s: %+v %v", name, e, err)
		}
	}
}

// A paper or a witness gives the same class as the record.
func TestEveryGroundHasASubstituteWorthTheSame(t *testing.T) {
	_, p := explaining(t)
	schools := []Seated{seated("school-1", 1, 0), seated("school-2", 1, 0)}
	schools[1].School.Township = "654301002"
	e := Entry{Township: "654301001", Wishes: wishes(0, "school-1", "school-2")}
	for name, c := range map[string]struct {
		known    Known
		class    int
		ground   string
		from     string
		newcomer bool
	}{
		"nothing known":                     {Known{}, 4, none, "education", false},
		"a lease in the county":             {Known{Township: "654301001", Proofs: []Proof{{Kind: kindLease, Source: "housing", SourceID: "lease-1", Code: "654301", Since: "2020-01-01"}}}, 3, kindResidence, "housing", false},
		"a lease just signed":               {Known{Township: "654301001", Proofs: []Proof{{Kind: kindLease, Source: "housing", SourceID: "lease-1", Code: "654301", Since: "2026-09-01"}}}, 3, kindResidence, "housing", true},
		"a lease elsewhere":                 {Known{Township: "654301001", Proofs: []Proof{{Kind: kindLease, Source: "housing", Code: "654321", Since: "2020-01-01"}}}, 4, none, "education", false},
		"a lease that ended":                {Known{Township: "654301001", Proofs: []Proof{{Kind: kindLease, Source: "housing", Code: "654301", Since: "2020-01-01", Until: "2026-11-25"}}}, 4, none, "education", false},
		"a lease in doubt":                  {Known{Township: "654301001", Proofs: []Proof{{Kind: kindLease, Source: "housing", Code: "654301", Since: "2020-01-01", Flagged: true}}}, 4, none, "education", false},
		"a paper lease":                     {Known{Township: "654301001", Proofs: []Proof{{Kind: kindLease, Source: FormPaper, Since: "2020-01-01"}}}, 3, kindResidence, FormPaper, false},
		"a witness of the home":             {Known{Proofs: []Proof{{Kind: kindResidence, Source: FormWitness, Code: "654301001", Since: "2020-01-01"}}}, 3, kindResidence, FormWitness, false},
		"a sibling by record":               {Known{Siblings: map[string]string{"school-1": "application-7"}}, 1, kindSibling, "education", false},
		"a sibling by paper":                {Known{Proofs: []Proof{{Kind: kindSibling, Source: FormPaper, Code: "school-1"}}}, 1, kindSibling, FormPaper, false},
		"a sibling by witness":              {Known{Proofs: []Proof{{Kind: kindSibling, Source: FormWitness, Code: "school-1"}}}, 1, kindSibling, FormWitness, false},
		"continuity by record":              {Known{Attended: map[string]string{"school-1": "application-7"}}, 2, kindContinuity, "education", false},
		"continuity by paper":               {Known{Proofs: []Proof{{Kind: kindContinuity, Source: FormPaper, Code: "school-1"}}}, 2, kindContinuity, FormPaper, false},
		"new here, by witness":              {Known{Proofs: []Proof{{Kind: kindNewcomer, Source: FormWitness}}}, 4, none, "education", true},
		"the first of several grounds only": {Known{Siblings: map[string]string{"school-1": "a"}, Attended: map[string]string{"school-1": "b"}}, 1, kindSibling, "education", false},
	} {
		got, err := p.Classify(e, schools, c.known, day)
		if err != nil {
			t.Fatal(err)
		}
		if w := got.Wishes[0]; w.Class != c.class || w.Ground != c.ground || w.From != c.from || got.Newcomer != c.newcomer {
			t.Errorf("%s: %+v, newcomer %v", name, w, got.Newcomer)
		}
		if w := got.Wishes[1]; w.Class != 4 {
			t.Errorf("%s: the other school's class is %d", name, w.Class)
		}
	}
}

// Whatever the round: nobody gets what was not asked for, no school gives more
// than it has, every non-placement has a whole trace, and what is published can
// be verified and names nobody.
func TestEveryOutcomeIsExplained(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := planned()
		r.Tie = rapid.SampledFrom([]allocate.Tie{allocate.SingleTie, allocate.MultipleTie}).Draw(t, "tie")
		var schools []Seated
		var ids []string
		for i := range rapid.IntRange(1, 4).Draw(t, "schools") {
			seats := rapid.IntRange(0, 3).Draw(t, "seats")
			schools = append(schools, seated(fmt.Sprintf("school-%d", i), seats, rapid.IntRange(0, seats).Draw(t, "reserved")))
			ids = append(ids, schools[i].School.ID)
		}
		var entries []Entry
		for i := range rapid.IntRange(1, 9).Draw(t, "children") {
			list := rapid.Permutation(ids).Draw(t, "list")
			e := Entry{RoundID: r.ID, ApplicationID: fmt.Sprintf("application-%d", i), Worker: "worker-9", Ticket: fmt.Sprintf("TICKET-%d", i), Newcomer: rapid.Bool().Draw(t, "new")}
			for _, id := range list[:rapid.IntRange(1, len(list)).Draw(t, "choices")] {
				class := rapid.IntRange(1, 4).Draw(t, "class")
				e.Wishes = append(e.Wishes, Wish{SchoolID: id, Class: class, Ground: []string{"", kindSibling, kindContinuity, kindResidence, none}[class], From: "education"})
			}
			entries = append(entries, e)
		}
		d, x := drawn(t, r, schools, entries)
		if _, err := allocate.VerifyBundle(bytes.NewReader(d.Bundle)); err != nil {
			t.Fatal(err)
		}
		for _, of := range []string{"application-", "worker-"} {
			if bytes.Contains(d.Bundle, []byte(of)) {
				t.Fatalf("the bundle holds %s", of)
			}
		}
		explained(t, d, schools)
		// Some accept, some decline, some wait; the second pass gives what is left.
		waits, declined := map[string]bool{}, map[string][]string{}
		for i := range schools {
			schools[i].Taken, schools[i].Newcomer = 0, 0
		}
		for _, e := range d.Entries {
			if e.Outcome != EntryPlaced {
				waits[e.ApplicationID] = true
				continue
			}
			at := e.Wishes[e.Choice-1].SchoolID
			if rapid.Bool().Draw(t, "declines") {
				waits[e.ApplicationID], declined[e.ApplicationID] = true, []string{at}
				continue
			}
			i := slices.Index(ids, at)
			schools[i].Taken++
			if e.Newcomer {
				schools[i].Newcomer++
			}
		}
		x.NextPass = clock.Date{}
		again, err := d.Round.DrawAgain(schools, d.Entries, waits, declined, x, day)
		if err != nil {
			t.Fatal(err)
		}
		explained(t, again, schools)
		for _, e := range again.Entries {
			if !waits[e.ApplicationID] || e.Pass != 2 {
				t.Fatalf("%+v took part in the second pass", e)
			}
			if e.Choice > 0 && slices.Contains(declined[e.ApplicationID], e.Wishes[e.Choice-1].SchoolID) {
				t.Fatal("a declined school was given again")
			}
		}
	})
}

func explained(t *rapid.T, d Drawn, schools []Seated) {
	given := map[string]int{}
	for _, e := range d.Entries {
		missed, got := 0, 0
		for _, r := range e.Reasons {
			if err := r.Check(); err != nil {
				t.Fatalf("%v in %+v", err, r)
			}
			switch r.Outcome {
			case rule.NotMet:
				missed++
				if len(r.Gaps) == 0 {
					t.Fatalf("no gap in %+v", r)
				}
			case rule.Met:
				got++
			}
		}
		switch {
		case e.Outcome == EntryPlaced && (e.Choice == 0 || got != 1):
			t.Fatalf("placed: %+v", e)
		case e.Outcome == EntryUnplaced && (e.Choice != 0 || len(e.Reasons) == 0 || missed == 0 && e.Pass == 1):
			t.Fatalf("not placed, and not told why: %+v", e)
		case e.Outcome == EntryUnplaced && !slices.ContainsFunc(e.Reasons, func(r rule.Trace) bool { return r.RuleID == "SC-01" }):
			t.Fatal("a child of compulsory schooling is not told that the bureau must find a place")
		}
		if e.Choice > 0 {
			given[e.Wishes[e.Choice-1].SchoolID]++
		}
	}
	for _, s := range schools {
		if left, _ := s.Left(); given[s.School.ID] > left {
			t.Fatalf("%s gave %d of %d", s.School.ID, given[s.School.ID], left)
		}
	}
}

func TestHowFarOffAndWhatWouldChangeIt(t *testing.T) {
	// One seat; who lives in the zone comes before who does not.
	near, far := wishes(3, "school-1"), wishes(4, "school-1")
	near[0].Ground = kindResidence
	d, _ := drawn(t, planned(), []Seated{seated("school-1", 1, 0)}, []Entry{
		{ApplicationID: "far", Ticket: "TICKET-1", Wishes: far}, {ApplicationID: "near", Ticket: "TICKET-2", Wishes: near},
	})
	e := d.Entries[0]
	if e.Outcome != EntryUnplaced || e.Wishes[0].Position != 2 || e.Wishes[0].Last != 1 || e.Wishes[0].Named != 2 {
		t.Fatalf("%+v", e)
	}
	why := e.Reasons[0]
	if len(why.Gaps) != 2 || why.Gaps[0] != (rule.Gap{Name: "priority_class", Have: "4", Need: "3", Short: "1", Unit: "class"}) || why.Gaps[1].Short != "1" {
		t.Errorf("%+v", why.Gaps)
	}
	var codes []string
	for _, c := range why.Changes {
		codes = append(codes, c.Code)
	}
	want := []string{"ed_sibling", "ed_continuity", ChangePaper, changeSecondPass}
	if number(t, d.Round, "TICKET-1") < number(t, d.Round, "TICKET-2") {
		want = []string{"ed_sibling", "ed_continuity", "ed_residence", ChangePaper, changeSecondPass}
	}
	if !slices.Equal(codes, want) {
		t.Errorf("%v, want %v", codes, want)
	}
}

func number(t *testing.T, r Round, ticket string) uint64 {
	t.Helper()
	n, err := allocate.Number(r.Seed, ticket, "")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestNearness(t *testing.T) {
	at := func(id, county, township string) School { return School{ID: id, County: county, Township: township} }
	all := []School{at("far", "654325", ""), at("next", "654321", ""), at("county", "654301", "654301002"), at("street", "654301", "654301001"), at("wish", "654325", "")}
	var got []string
	for _, s := range Nearness([]string{"wish"}, "654301001", "654301", []string{"654324", "654321"}, all) {
		got = append(got, s.ID)
	}
	if !slices.Equal(got, []string{"wish", "street", "county", "next"}) {
		t.Error(got)
	}
}

func TestAppeals(t *testing.T) {
	d, x := drawn(t, planned(), []Seated{seated("school-1", 0, 0), seated("school-2", 1, 0)}, []Entry{{RoundID: "round-1", ApplicationID: "a", Ticket: "TICKET-1", Wishes: wishes(4, "school-1", "school-2")}})
	e := d.Entries[0]
	if e.Choice != 2 {
		t.Fatalf("%+v", e)
	}
	for name, c := range map[string]struct {
		school, ground string
		on             clock.Date
		want           error
	}{
		"no such ground":      {"school-1", "luck", day, ErrAppealGround},
		"for what was given":  {"school-2", GroundClass, day, ErrAppealSchool},
		"for another school":  {"school-3", GroundClass, day, ErrAppealSchool},
		"after the last day":  {"school-1", GroundClass, e.ReviewBy.AddDays(1), ErrAppealLate},
		"on the last day":     {"school-1", GroundHardship, e.ReviewBy, nil},
		"against the process": {"school-1", GroundProcedure, day, nil},
	} {
		if _, _, err := FileAppeal(Appeal{SchoolID: c.school, Ground: c.ground}, d.Round, e, e.ReviewBy, c.on); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := FileAppeal(Appeal{SchoolID: "school-1", Ground: GroundClass}, Round{}, Entry{Wishes: e.Wishes}, day, day); !errors.Is(err, ErrAppealEarly) {
		t.Error(err)
	}
	a, _, err := FileAppeal(Appeal{ID: "appeal-1", SchoolID: "school-1", Ground: GroundClass}, d.Round, e, e.ReviewBy, day)
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"officer-0", "officer-1", "officer-2"} {
		if _, _, err := a.Decide(AppealIsRejected, "", "rule_kept", who, d.Round, e, e, x, day); !errors.Is(err, ErrAppealOwn) {
			t.Errorf("%s took part in the draw and decides: %v", who, err)
		}
	}
	for _, c := range [][2]string{{"perhaps", ""}, {AppealIsUpheld, ""}, {AppealIsRejected, RemedySeat}} {
		if _, _, err := a.Decide(c[0], c[1], "fact_shown", "officer-3", d.Round, e, e, x, day); !errors.Is(err, ErrAppealOutcome) {
			t.Errorf("%v: %v", c, err)
		}
	}
	for outcome, remedy := range map[string]string{AppealIsRejected: "", AppealIsUpheld: RemedySeat} {
		why := map[string]string{AppealIsRejected: "fact_not_shown", AppealIsUpheld: "fact_shown"}
		for _, bad := range []string{"", "because", why[map[string]string{AppealIsRejected: AppealIsUpheld, AppealIsUpheld: AppealIsRejected}[outcome]]} {
			if _, _, err := a.Decide(outcome, remedy, bad, "officer-3", d.Round, e, e, x, day); !errors.Is(err, ErrAppealReason) {
				t.Errorf("%s without its reason: %v", outcome, err)
			}
		}
		got, _, err := a.Decide(outcome, remedy, why[outcome], "officer-3", d.Round, e, e, x, day)
		if err != nil || got.State != outcome || got.Why != why[outcome] || len(got.Reasons) != 1 || got.Reasons[0].Check() != nil {
			t.Errorf("%s: %+v %v", outcome, got, err)
		}
		if _, _, err := got.Decide(outcome, remedy, why[outcome], "officer-3", d.Round, e, e, x, day); !errors.Is(err, ErrAppealDecided) {
			t.Error(err)
		}
	}
}

func TestExamSelfCheck(t *testing.T) {
	b, err := rule.Load()
	if err != nil {
		t.Fatal(err)
	}
	local, err := b.Rule("ED-EXAM", day, "654301")
	if err != nil {
		t.Fatal(err)
	}
	all, err := CheckExam(local, recourse(t, b), Stay{JobMonths: 12, HomeMonths: 5, InsuranceMonths: 40, SchoolingYears: 2}, day)
	if err != nil || len(all) != 4 {
		t.Fatal(all, err)
	}
	for i, want := range []rule.Outcome{rule.Met, rule.NotMet, rule.Met, rule.NotMet} {
		if all[i].Outcome != want || all[i].Check() != nil {
			t.Errorf("%d: %+v", i, all[i])
		}
	}
	if g := all[1]; g.Gaps[0].Short != "7" || g.Changes[0].From != day.AddMonths(7) {
		t.Errorf("%+v", g)
	}
	if _, err := CheckExam(local, recourse(t, b), Stay{JobMonths: -1}, day); !errors.Is(err, ErrExam) {
		t.Error(err)
	}
}

func TestGrantOfAVocationalSchool(t *testing.T) {
	a := Application{ID: "a", Stage: Vocational, State: Submitted}
	if _, _, err := (Application{Stage: Junior}).AskGrant(); !errors.Is(err, ErrGrantStage) {
		t.Error(err)
	}
	asked, events, err := a.AskGrant()
	if err != nil || len(events) != 1 {
		t.Fatal(err)
	}
	if _, _, err := asked.AskGrant(); !errors.Is(err, ErrGrantTwice) {
		t.Error(err)
	}
	if _, _, err := asked.ApproveGrant(); !errors.Is(err, ErrGrantState) {
		t.Error("approved without a place:", err)
	}
	asked.State = Accepted
	if got, _, err := asked.ApproveGrant(); err != nil || got.Grant != GrantIsApproved {
		t.Error(err)
	}
}
