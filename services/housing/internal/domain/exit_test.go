package domain

import (
	"errors"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// TestTheTimeToAnswerANotice: silence can be decided on from the midnight in
// Shanghai that ends the last day, not a microsecond before; it begins when the
// message arrived, once.
func TestTheTimeToAnswerANotice(t *testing.T) {
	rules := ExitRules{}
	e := Exit{ID: "e", State: ExitIsNoticed, NoticedBy: "o1", AnswerDays: 15}
	decide := func(e Exit, now time.Time) error {
		_, _, err := rules.Decide(e, false, clock.Date{}, "o2", now)
		return err
	}
	if err := decide(e, now.AddDate(1, 0, 0)); !errors.Is(err, ErrExitEarly) {
		t.Errorf("silence on a notice that nobody is known to have: %v", err)
	}
	e, started := e.Delivered(now)
	midnight := clock.DateOf(now).AddDays(16).Start()
	if !started || !e.AnswerBy.Equal(midnight) {
		t.Fatalf("%v: by %v, want %v", started, e.AnswerBy, midnight)
	}
	if again, started := e.Delivered(now.AddDate(0, 0, 3)); started || !again.AnswerBy.Equal(midnight) {
		t.Errorf("a second message moved the time to %v", again.AnswerBy)
	}
	if err := decide(e, midnight.Add(-time.Microsecond)); !errors.Is(err, ErrExitEarly) {
		t.Errorf("in the last microsecond: %v", err)
	}
	if err := decide(e, midnight); err != nil {
		t.Errorf("at midnight: %v", err)
	}
	answered, _, err := e.AnswerIt("disputes")
	if err != nil {
		t.Fatal(err)
	}
	if err := decide(answered, now); err != nil {
		t.Errorf("an answer need not be waited for: %v", err)
	}
	if _, started := answered.Delivered(now); started {
		t.Error("a notice that was answered has a time to answer")
	}
}

// TestTheTimeToAppeal: it begins when the decision arrived, once, and is over when
// an appeal was heard; until it is known to have arrived it is not over.
func TestTheTimeToAppeal(t *testing.T) {
	today := clock.DateOf(now)
	decided := Exit{ID: "e", State: ExitIsLeaving, NoticedBy: "o1", DecidedBy: "o2", LeaveBy: today.AddDays(30), AppealDays: 15,
		Reasons: []rule.Trace{{Appeals: []rule.Appeal{{Way: "officer_review", Days: 15}, {Way: "reconsideration", Days: 60}}}}}
	served := decided.Served(today.AddDays(40))
	last := today.AddDays(55)
	if again := served.Served(today.AddDays(50)); again.AppealUntil != last {
		t.Errorf("through %v, want %v", again.AppealUntil, last)
	}
	if a := served.Reasons[0].Appeals; a[0].Until != last || !a[1].Until.IsZero() || !decided.Reasons[0].Appeals[0].Until.IsZero() {
		t.Errorf("the reasons say %+v, and said %+v", a, decided.Reasons[0].Appeals)
	}
	old := decided // of before the days were kept: the day that was told stays
	old.AppealDays, old.AppealUntil = 0, today.AddDays(15)
	appealed, _, err := decided.Appeal(today)
	if err != nil {
		t.Fatal(err)
	}
	heard, _, err := appealed.DecideAppeal(false, "o3")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		e      Exit
		on     clock.Date
		appeal bool
	}{
		"not known to have arrived": {decided, today.AddDays(300), true},
		"the last day":              {served, last, true},
		"the day after":             {served, last.AddDays(1), false},
		"heard":                     {heard.Served(today), today, false},
		"old, the last day":         {old.Served(today.AddDays(9)), today.AddDays(15), true},
		"old, the day after":        {old.Served(today.AddDays(9)), today.AddDays(16), false},
	} {
		if _, _, err := c.e.Appeal(c.on); (err == nil) != c.appeal {
			t.Errorf("%s: an appeal: %v", name, err)
		}
		if _, err := c.e.Leave(c.on); (err == nil) != (!c.appeal && !c.on.Before(c.e.LeaveBy)) {
			t.Errorf("%s: to leave: %v", name, err)
		}
	}
	if e := appealed.Served(today); !e.AppealUntil.IsZero() {
		t.Error("a time to appeal what was appealed")
	}
}

// TestWhatIsSaidOnceAnAppealWasHeard: the reasons promise no second one, and the
// time for reconsideration runs from the message of the decision on the first.
func TestWhatIsSaidOnceAnAppealWasHeard(t *testing.T) {
	today := clock.DateOf(now)
	review := rule.Appeal{Way: "officer_review", Until: today}
	e := Exit{State: ExitIsAppealed, NoticedBy: "A001", DecidedBy: "A002", AppealDays: 15, AppealUntil: today, Reasons: []rule.Trace{{
		Changes: []rule.Change{{Code: "appeal_exit"}, {Code: ChangePaper}},
		Appeals: []rule.Appeal{review, {Way: "reconsideration", Days: 60, Until: today.AddDays(60), ToBeConfirmed: true}},
	}}}
	for _, officer := range []string{"a001", "a002"} {
		if _, _, err := e.DecideAppeal(false, officer); !errors.Is(err, ErrExitOfficer) {
			t.Errorf("%s, who had a hand in it, decides: %v", officer, err)
		}
	}
	got, _, err := e.DecideAppeal(false, "A003")
	if err != nil {
		t.Fatal(err)
	}
	r := got.Reasons[0]
	if len(r.Changes) != 1 || r.Changes[0].Code != ChangePaper || len(r.Appeals) != 1 || r.Appeals[0] != (rule.Appeal{Way: "reconsideration", Days: 60}) {
		t.Errorf("%+v", r)
	}
	if e.Reasons[0].Appeals[0] != review || len(e.Reasons[0].Changes) != 2 {
		t.Error("what was said before is not what it was")
	}
	noticed := Exit{State: ExitIsAnswered, NoticedBy: "A001"}
	if _, _, err := (ExitRules{}).Decide(noticed, false, clock.Date{}, "a001", now); !errors.Is(err, ErrExitOfficer) {
		t.Errorf("who gave the notice decides: %v", err)
	}
}
