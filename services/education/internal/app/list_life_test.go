package app

import (
	"testing"
	"time"

	clocks "github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/life"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// An application of the twentieth, in a round that is filed for until the end of the month
// and drawn on the tenth.
var (
	appliedAt = time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
	lifeRound = domain.Round{ID: "round", County: "654301", Stage: domain.Primary, OpensOn: testkit.Day("2026-11-21"), ClosesOn: testkit.Day("2026-11-30"), DrawOn: testkit.Day("2026-12-10")}
)

func lived(state domain.ApplicationState, stage domain.Stage) living {
	return living{
		Application: domain.Application{ID: "application", ChildID: "child", Stage: stage, County: "654301", State: state, SubmittedAt: appliedAt},
		schools:     map[string]string{"school": "第一小学", "better": "第二小学"},
	}
}

func waits(state clocks.State, school, until string) domain.Offer {
	o := domain.Offer{ID: "offer of " + school, SchoolID: school, RoundID: "round", Clock: clocks.Clock{State: state, AnswerDays: 5, MadeAt: appliedAt.AddDate(0, 0, 1)}}
	if until != "" {
		o.AnswerBy = testkit.Day(until).AddDays(1).Start().UTC()
	}
	return o
}

// Each state of an application, of its round and of what stands beside it is on the first
// page, or is over.
func TestEachStateOfALifeIsTold(t *testing.T) {
	var all []life.Thing
	days := []string{"2026-11-20", "2026-11-25", "2026-12-05", "2026-12-31"}
	for _, state := range testkit.Constants[domain.ApplicationState](t, "../domain", "ApplicationState") {
		for _, day := range days {
			today := testkit.Day(day)
			for _, grant := range []string{"", domain.GrantIsAsked, domain.GrantIsApproved} {
				l := lived(state, domain.Vocational)
				l.Grant, l.offer = grant, waits(clocks.Open, "school", "2026-11-25")
				all = append(all, l.things(today)...)
				l.better = waits(clocks.Better, "better", "2026-11-26")
				all = append(all, l.things(today)...)
			}
			for _, stands := range testkit.Constants[domain.RoundState](t, "../domain", "RoundState") {
				r := lifeRound
				r.State = stands
				l := lived(state, domain.Primary)
				if r.Running() {
					l.running = r
				}
				all = append(all, l.things(today)...)
				l.task = domain.Task{ID: "task", State: domain.TaskIsOpen, DueOn: testkit.Day("2026-12-05"), OpenedAt: appliedAt}
				all = append(all, l.things(today)...)
				l.task = domain.Task{}
				for _, outcome := range testkit.Constants[domain.EntryOutcome](t, "../domain", "EntryOutcome") {
					l.round = r
					l.entry = domain.Entry{RoundID: r.ID, Outcome: outcome, FiledAt: appliedAt.AddDate(0, 0, 2), ReviewBy: testkit.Day("2026-12-25")}
					all = append(all, l.things(today)...)
					l.entry.FirstAt = "school"
					all = append(all, l.things(today)...)
				}
			}
		}
	}
	today := testkit.Day("2026-11-25")
	for _, state := range []string{domain.AppealIsFiled, domain.AppealIsUpheld, domain.AppealIsRejected} {
		all = append(all, lived(domain.Submitted, domain.Primary).appealed(domain.Appeal{ID: "appeal", State: state}, today))
	}
	all = append(all, another(OtherCase{ChildID: "child", Stage: domain.Primary, Since: today}, today))
	for _, kind := range []string{domain.MatterDisagree, domain.MatterTwice} {
		d := domain.Disagreement{ID: "matter", Kind: kind, ChildID: "child", Stage: domain.Primary, DueOn: today, FiledAt: appliedAt}
		all = append(all, another(OtherCase{ChildID: "child", Own: d}, today))
		l := lived(domain.Accepted, domain.Primary)
		l.matters = []domain.Disagreement{d}
		all = append(all, l.things(today)...)
	}
	for _, one := range all {
		if one.Part != life.Over && one.Child != "child" {
			t.Errorf("%s %s is about no child", one.Matter, one.State)
		}
	}
	testkit.Life(t, "../../../../proto/qiao/education/v1/life.csv", all...)
}

// told are what is not over.
func told(l living, day string) (all []life.Thing) {
	for _, one := range l.things(testkit.Day(day)) {
		if one.Part != life.Over {
			all = append(all, one)
		}
	}
	return all
}

// An application is told once, whatever stands beside it, and so is what it became.
func TestAnApplicationIsToldOnce(t *testing.T) {
	task := domain.Task{ID: "task", State: domain.TaskIsOpen, DueOn: testkit.Day("2026-12-04"), OpenedAt: appliedAt}
	open := lifeRound
	open.State = domain.RoundIsOpen
	for name, c := range map[string]struct {
		with  func(l *living)
		state domain.ApplicationState
		want  []string
	}{
		"one that merely waits":            {func(*living) {}, domain.Submitted, []string{"application waiting"}},
		"what the bureau finds":            {func(l *living) { l.task = task }, domain.Submitted, []string{"task open"}},
		"and finds while choices are open": {func(l *living) { l.task, l.running = task, open }, domain.Submitted, []string{"application choose", "task open"}},
		"and has found":                    {func(l *living) { l.task, l.offer = task, waits(clocks.Open, "school", "") }, domain.Offered, []string{"application offered"}},
		"a better place beside none":       {func(l *living) { l.task, l.better = task, waits(clocks.Better, "better", "") }, domain.Submitted, []string{"application better"}},
		"a place": {func(l *living) {
			l.offer, l.entry, l.running = waits(clocks.Accepted, "school", ""), domain.Entry{RoundID: "round"}, open
		}, domain.Accepted, []string{"application accepted"}},
		"one that was withdrawn": {func(l *living) { l.Grant = domain.GrantIsApproved }, domain.Withdrawn, nil},
	} {
		l := lived(c.state, domain.Primary)
		c.with(&l)
		var got []string
		for _, one := range told(l, "2026-11-25") {
			got = append(got, one.Matter+" "+one.State)
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
	}
}

// The last day of what waits for a guardian is the offer's, the sooner of two, or that on
// which the filing ends; without a day until the message of an offer arrived.
func TestTheLastDayOfWhatWaits(t *testing.T) {
	open := lifeRound
	open.State = domain.RoundIsOpen
	for name, c := range map[string]struct {
		state domain.ApplicationState
		with  func(l *living)
		want  string
		rule  string
		place string
	}{
		"an offer":                       {domain.Offered, func(l *living) { l.offer = waits(clocks.Open, "school", "2026-11-27") }, "2026-11-27", "ED-OFFER", "第一小学"},
		"one whose message is not there": {domain.Offered, func(l *living) { l.offer = waits(clocks.Open, "school", "") }, "", "ED-OFFER", "第一小学"},
		"a better one beside a place": {domain.Accepted, func(l *living) {
			l.offer, l.better = waits(clocks.Accepted, "school", "2026-11-22"), waits(clocks.Better, "better", "2026-11-29")
		}, "2026-11-29", "ED-OFFER", "第二小学"},
		"a better one beside an offer": {domain.Offered, func(l *living) {
			l.offer, l.better = waits(clocks.Open, "school", "2026-11-27"), waits(clocks.Better, "better", "2026-11-29")
		}, "2026-11-27", "ED-OFFER", "第二小学"},
		"the choices": {domain.Submitted, func(l *living) { l.running = open }, "2026-11-30", "", ""},
	} {
		l := lived(c.state, domain.Primary)
		c.with(&l)
		all := told(l, "2026-11-25")
		want := clock.Date{}
		if c.want != "" {
			want = testkit.Day(c.want)
		}
		if len(all) != 1 || all[0].Part != life.Needs || all[0].AnswerBy != want || all[0].Rule != c.rule || all[0].Name != c.place {
			t.Errorf("%s: %+v", name, all)
		}
	}
}

// What was to be on a day that has passed is not told of any more, and what is freed is
// given from the day that the reasons name.
func TestNoDayIsToldThatPassed(t *testing.T) {
	l := lived(domain.Submitted, domain.Primary)
	l.round, l.entry = lifeRound, domain.Entry{RoundID: "round", Outcome: domain.EntryFiled, FiledAt: appliedAt}
	l.round.State = domain.RoundIsCommitted
	for day, want := range map[string]clock.Date{"2026-12-10": lifeRound.DrawOn, "2026-12-11": {}} {
		steps := told(l, day)[0].Steps
		if got := steps[3]; got.Name != "drawn" || got.On != want || got.Done {
			t.Errorf("%s: %+v", day, steps)
		}
	}
	l.round.State, l.entry.Outcome, l.entry.ReviewBy = domain.RoundIsDrawn, domain.EntryUnplaced, testkit.Day("2026-12-25")
	l.entry.Reasons = []rule.Trace{{Changes: []rule.Change{{Code: "ed_second_pass", From: testkit.Day("2026-12-16")}}}}
	for day, want := range map[string]struct {
		expected string
		steps    int
	}{"2026-12-16": {"2026-12-16", 5}, "2026-12-25": {"", 5}, "2026-12-26": {"", 4}} {
		one := told(l, day)[0]
		if got := one.Expected; one.State != "unplaced" || len(one.Steps) != want.steps || want.expected == "" && !got.IsZero() || want.expected != "" && got != testkit.Day(want.expected) {
			t.Errorf("%s: %+v", day, one)
		}
	}
	l.appeals = []domain.Appeal{{RoundID: "round", State: domain.AppealIsRejected}} // one is all that there is
	if all := told(l, "2026-12-16"); len(all) != 1 || len(all[0].Steps) != 4 {
		t.Errorf("%+v", all)
	}
	l.task = domain.Task{ID: "task", State: domain.TaskIsOpen, DueOn: testkit.Day("2026-12-18")}
	if on, after := told(l, "2026-12-18")[0], told(l, "2026-12-19")[0]; on.State != "open" || on.Expected != testkit.Day("2026-12-18") || after.State != "late" || !after.Expected.IsZero() {
		t.Errorf("%+v\n%+v", on, after)
	}
}
