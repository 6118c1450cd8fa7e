package domain

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rule"
)

func book(t testing.TB) *rule.Book {
	t.Helper()
	b, err := rule.Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func ruleOf(t testing.TB, id string) rule.Rule {
	t.Helper()
	r, err := book(t).Rule(id, day, "654301")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func weights(t testing.TB) Weights {
	t.Helper()
	w, err := ReadWeights(ruleOf(t, "EM-SUGGEST"), ruleOf(t, "EM-PAYDAYS"))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestFactors(t *testing.T) {
	w := weights(t)
	s := Seeker{Occupation: "6-29", Skills: []string{"4-03", "5-01"}, County: "654301", Township: "654301001", WageMinFen: 500_000, From: day, To: day.AddDays(100), Housing: true}
	for name, c := range map[string]struct {
		got    Factor
		code   string
		points int
	}{
		"same group":       {w.Occupation(s, "6-29"), "same_group", w.SameGroup},
		"same major":       {w.Occupation(s, "6-16"), "same_major", w.SameMajor},
		"another":          {w.Occupation(s, "4-03"), "other_group", 0},
		"skill":            {w.Skills(s, "4-03"), "skill_group", w.SkillGroup},
		"near skill":       {w.Skills(s, "5-03"), "skill_major", w.SkillMajor},
		"no skill":         {w.Skills(s, "6-29"), "no_skill", 0},
		"township":         {w.Place(s, "654301", "654301001"), "same_township", w.SameTownship},
		"county":           {w.Place(s, "654301", ""), "same_county", w.SameCounty},
		"elsewhere":        {w.Place(s, "654321", "654321001"), "elsewhere", 0},
		"pays it":          {w.Pay(s, 500_000), "meets_wish", w.Wage},
		"pays nearly":      {w.Pay(s, 425_000), "near_wish", w.Wage / 2},
		"pays too little":  {w.Pay(s, 350_000), "below_wish", 0},
		"by the piece":     {w.Pay(s, 0), "by_piece", w.Wage / 2},
		"all of the time":  {w.Dates(s, day.AddDays(10), day.AddDays(90)), "whole_season", w.Season},
		"longer than free": {w.Dates(s, day.AddDays(10), day.AddDays(200)), "part_of_season", w.SeasonPart},
		"open-ended":       {w.Dates(s, day.AddDays(10), clock.Date{}), "part_of_season", w.SeasonPart},
		"begun before":     {w.Dates(s, day.AddDays(-10), day.AddDays(90)), "part_of_season", w.SeasonPart},
		"a roof":           {w.Roof(s, true), "offered_as_needed", w.Housing},
		"no roof":          {w.Roof(s, false), "not_offered", 0},
		"no wish":          {w.Board(s, true), "", 0},
	} {
		if c.got.Code != c.code || c.got.Points != c.points {
			t.Errorf("%s: %+v, want %s with %d", name, c.got, c.code, c.points)
		}
	}
	if got := w.MonthFen(Terms{WageMaxFen: 20_000, WageUnit: ByDay}); got != 435_000 {
		t.Errorf("200 yuan a day are %d fen a month", got)
	}
	if points, of, factors := w.Score(Seeker{}, published(false)); points != 0 || of != 0 || factors != nil {
		t.Errorf("no wish gives %d of %d, %v", points, of, factors)
	}
}

// Whatever a profile says of education, and whoever the worker is, the points
// are the same: there is nowhere for it to enter.
func TestNothingButWishesEnters(t *testing.T) {
	w, v := weights(t), published(true)
	rapid.Check(t, func(t *rapid.T) {
		wishes := Wishes{Occupation: rapid.SampledFrom([]string{"", "4-03", "6-29"}).Draw(t, "occupation"), WageMinFen: rapid.Int64Range(0, 900_000).Draw(t, "wage")}
		one := Profile{Worker: rapid.String().Draw(t, "worker"), Wishes: wishes}
		other := one
		other.Worker, other.Education = rapid.String().Draw(t, "another"), rapid.SampledFrom([]string{"10", "70", "90", ""}).Draw(t, "education")
		a, of, _ := w.Score(one.Seeker(nil), v)
		b, of2, _ := w.Score(other.Seeker(nil), v)
		if a != b || of != of2 {
			t.Fatalf("%d of %d, and %d of %d", a, of, b, of2)
		}
	})
}

// Each condition that is not met has a complete trace.
func TestConditionsExplainThemselves(t *testing.T) {
	c := Conditions{Certificate: ruleOf(t, "EM-CERT"), Dates: ruleOf(t, "EM-DATES"), Age: ruleOf(t, "EM-05"), Young: 18}
	rapid.Check(t, func(t *rapid.T) {
		n := func(limit int) int { return rapid.IntRange(0, limit-1).Draw(t, "n") }
		v := Vacancy{ID: "v", Hazardous: n(2) == 0, Terms: Terms{SeasonFrom: day.AddDays(n(200) - 100)}}
		if v.SeasonTo = v.SeasonFrom.AddDays(n(100)); n(3) == 0 {
			v.SeasonTo = clock.Date{}
		}
		groups := []string{"6-29", "6-30", "4-03"}
		for range n(3) {
			v.Certificates = append(v.Certificates, CertificateNeed{Occupation: groups[n(3)]})
		}
		s := Profile{Wishes: Wishes{AvailableFrom: day.AddDays(n(200)), Papers: groups[:n(3)]}}.Seeker([]Qualification{{Occupation: groups[n(3)]}})
		if n(2) == 0 {
			s.To = s.From.AddDays(n(60))
		}
		reached := n(2) == 0
		all, err := c.Check(s, v, reached, day)
		if err != nil {
			t.Fatal(err)
		}
		fits := true
		for _, trace := range all {
			if err := trace.Check(); err != nil {
				t.Fatalf("%v: %+v", err, trace)
			}
			fits = fits && trace.Outcome == rule.Met
		}
		if want := s.InSeason(day, v.SeasonFrom, v.SeasonTo) && len(s.Missing(v.Certificates)) == 0 && (!v.Hazardous || reached); fits != want {
			t.Fatalf("fits %v, the index would say %v", fits, want)
		}
	})
}

func TestReviews(t *testing.T) {
	findings := []Finding{{Rule: "EM-02", Phrase: "D-05", Words: "限男性", Refusal: ErrClerk}, {Rule: "EM-03", Phrase: "F-01", Words: "押金", Refusal: ErrFeeOrDeposit}}
	reasons, words, err := Explain(findings, day, func(id string) (rule.Rule, error) { return ruleOf(t, id), nil })
	if err != nil || len(reasons) != 2 || reasons[0].Outcome != rule.Unclear || reasons[1].Outcome != rule.NotMet || !slices.Equal(words, []string{"限男性", "押金"}) {
		t.Fatalf("%+v, %v, %v", reasons, words, err)
	}
	r, events, err := Ask("r", Employer{ID: "e"}, terms(), findings, reasons, words, now)
	if err != nil || r.State != ReviewWaiting || events[0] != (ReviewAsked{ReviewID: "r", EmployerID: "e", RuleID: "EM-02", PhraseID: "D-05"}) {
		t.Fatalf("%+v, %v, %v", r, events, err)
	}
	if _, _, err := Ask("r", Employer{}, terms(), nil, nil, nil, now); errs.CodeOf(err) != "employment.review.clean" {
		t.Error(err)
	}
	appeal := rule.Appeal{Way: "reconsideration", Body: "gov", Deadline: rule.ReconsiderBy, Days: 60}
	for outcome, codes := range map[ReviewState][]string{ReviewOverruled: {"misread", "legal_limit", "need_of_post"}, ReviewUpheld: {"shuts_out", "asks_money", "child_work", "misleading"}} {
		for _, code := range codes {
			done, events, err := r.Decide(Verdict{Outcome: outcome, ReasonCode: code, Reason: "为什么", Officer: "o"}, "v", appeal, now)
			if err != nil || done.State != outcome || len(events) != 1 || (done.VacancyID == "v") != (outcome == ReviewOverruled) {
				t.Fatalf("%+v, %v", done, err)
			}
			for _, trace := range done.Reasons {
				if err := trace.Check(); err != nil {
					t.Error(err)
				}
			}
			if _, _, err := done.Decide(Verdict{Outcome: outcome, ReasonCode: code, Reason: "为什么"}, "v", appeal, now); errs.CodeOf(err) != "employment.review.state" {
				t.Error(err)
			}
		}
	}
	if r.Reasons[0].Outcome != rule.Unclear {
		t.Error("a decision changed the review that it was made from")
	}
}

func TestLimitsOfTheLawAreStated(t *testing.T) {
	h, err := ReadHazards(ruleOf(t, "TR-HAZARD"))
	if err != nil {
		t.Fatal(err)
	}
	mining, err := ruleOf(t, "EM-UNDERGROUND").Strings("occupation_groups")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		terms     Terms
		hazardous bool
		limited   bool
	}{
		{Terms{Occupation: "6-16", Requirements: "井 下作业"}, true, true},
		{Terms{Occupation: "6-16", Hazards: []string{"underground"}}, true, true},
		{Terms{Occupation: "6-16", Requirements: "露天"}, true, false},
		{Terms{Occupation: "4-03", Hazards: []string{"dust"}}, true, false},
		{Terms{Occupation: "4-03"}, false, false},
	} {
		if d := h.Of(c.terms, mining); d.Hazardous != c.hazardous || (len(d.Limits) > 0) != c.limited {
			t.Errorf("%+v: %+v", c.terms, d)
		}
	}
}
