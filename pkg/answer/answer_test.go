package answer_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
)

var (
	words = answer.Errors{
		Lapsed: errs.New(errs.Conflict, "lapsed", "Lapsed."), State: errs.New(errs.Conflict, "state", "State."),
		InPerson: errs.New(errs.Conflict, "in_person", "In person."), Late: errs.New(errs.Conflict, "late", "Late."),
	}
	// noon is in Shanghai, of a Sunday.
	noon = time.Date(2026, 11, 1, 4, 0, 0, 0, time.UTC)
)

const (
	us     = time.Microsecond
	window = 48 * time.Hour // PR-UNDO
)

// TestLastMoments has each act at the last microsecond at which it is in time,
// and at the first at which it is not.
func TestLastMoments(t *testing.T) {
	delivered, _ := answer.Make(5, noon).Deliver(noon)
	// The day of the message is not counted, five days are the person's: the 6th ends at midnight in Shanghai.
	midnight := time.Date(2026, 11, 6, 16, 0, 0, 0, time.UTC)
	byOther, err := delivered.Accept(false, noon, words)
	if err != nil {
		t.Fatal(err)
	}
	accept := func(c answer.Clock, now time.Time) error { _, err := c.Accept(true, now, words); return err }
	decline := func(c answer.Clock, now time.Time) error { _, err := c.Decline(now, words); return err }
	undo := func(c answer.Clock, now time.Time) error { _, err := c.Undo(window, now, words); return err }
	for name, c := range map[string]struct {
		of   answer.Clock
		do   func(answer.Clock, time.Time) error
		last time.Time
		then error
	}{
		"accept":  {delivered, accept, midnight.Add(-us), words.Lapsed},
		"decline": {delivered, decline, midnight.Add(-us), words.Lapsed},
		"undo":    {byOther, undo, byOther.AcceptedAt.Add(window), words.Late},
	} {
		if err := c.do(c.of, c.last); err != nil {
			t.Errorf("%s at the last moment: %v", name, err)
		}
		if err := c.do(c.of, c.last.Add(us)); !errors.Is(err, c.then) {
			t.Errorf("%s a microsecond later: %v, want %v", name, err, c.then)
		}
	}
	if _, lapsed := delivered.Lapse(midnight.Add(-us)); lapsed {
		t.Error("it lapsed while it could be answered")
	}
	if c, lapsed := delivered.Lapse(midnight); !lapsed || c.State != answer.Lapsed {
		t.Errorf("at midnight it is %s", c.State)
	}
}

// TestTheTimeBeginsWithTheMessage: without it nothing lapses, and a second one
// moves nothing.
func TestTheTimeBeginsWithTheMessage(t *testing.T) {
	made := answer.Make(3, noon)
	if _, lapsed := made.Lapse(noon.AddDate(9, 0, 0)); lapsed || made.Over(noon.AddDate(9, 0, 0)) {
		t.Error("it lapsed before its message arrived")
	}
	for late := range 24 { // whatever the hour in Shanghai at which it arrives
		at := clock.NewDate(2026, 11, 2).Start().Add(time.Duration(late) * time.Hour)
		c, started := made.Deliver(at)
		if want := clock.NewDate(2026, 11, 6).Start(); !started || !c.AnswerBy.Equal(want) {
			t.Errorf("at hour %d: by %v, want %v", late, c.AnswerBy, want)
		}
		if again, started := c.Deliver(at.AddDate(0, 0, 1)); started || again != c {
			t.Error("a second message moved the time")
		}
	}
}

// TestWhatBeginsSooner: the time ends with the day by which the answer is needed,
// is never longer for it, and does not begin by it.
func TestWhatBeginsSooner(t *testing.T) {
	delivered, _ := answer.Make(3, noon).Deliver(noon) // through the 4th
	for last, want := range map[int]int{1: 1, 3: 3, 4: 4, 5: 4, 30: 4} {
		if c := delivered.EndBy(clock.NewDate(2026, 11, last)); !c.AnswerBy.Equal(clock.NewDate(2026, 11, want+1).Start()) {
			t.Errorf("needed by the %d: by %v", last, c.AnswerBy)
		}
	}
	if c := answer.Make(3, noon).EndBy(clock.NewDate(2026, 11, 2)); !c.AnswerBy.IsZero() {
		t.Errorf("the time runs without a message: by %v", c.AnswerBy)
	}
}

// TestWhoAnswered: only an acceptance that somebody else gave is undone, and a
// clock that was set back makes no acceptance older than its offer.
func TestWhoAnswered(t *testing.T) {
	c := answer.Make(3, noon)
	own, _ := c.Accept(true, noon.Add(-time.Hour), words)
	if !own.AcceptedAt.After(noon) {
		t.Errorf("accepted at %v, made at %v", own.AcceptedAt, noon)
	}
	if err := own.Undoable(window, noon, words); !errors.Is(err, words.InPerson) {
		t.Errorf("an own acceptance: %v", err)
	}
	if err := c.Undoable(window, noon, words); !errors.Is(err, words.State) || errs.From(err).Detail["state"] != "open" {
		t.Errorf("nothing was accepted: %v", err)
	}
	other := c
	other.State = "signed" // of the department
	for _, state := range []answer.State{answer.Accepted, answer.Declined, answer.Undone, answer.Withdrawn, "signed"} {
		other.State = state
		if _, err := other.Decline(noon, words); !errors.Is(err, words.State) {
			t.Errorf("%s is declined: %v", state, err)
		}
	}
	better := c
	better.State = answer.Better
	if got, err := better.Accept(true, noon, words); err != nil || got.State != answer.Accepted {
		t.Errorf("a better one: %v, %v", got.State, err)
	}
}

// TestAnyOrder: whatever is done in whatever order, an offer is answered once,
// never after its time, and an undone one stays undone.
func TestAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, now, answered := answer.Make(rapid.IntRange(1, 15).Draw(t, "days"), noon), noon, 0
		for range rapid.IntRange(1, 30).Draw(t, "acts") {
			now = now.Add(time.Duration(rapid.IntRange(-2, 60).Draw(t, "hours")) * time.Hour)
			before := c
			var err error
			switch rapid.IntRange(0, 4).Draw(t, "act") {
			case 0:
				c, _ = c.Deliver(now)
			case 1:
				c, err = c.Accept(rapid.Bool().Draw(t, "in person"), now, words)
			case 2:
				c, err = c.Decline(now, words)
			case 3:
				c, _ = c.Lapse(now)
			case 4:
				c, err = c.Undo(window, now, words)
			}
			if err != nil && c != before {
				t.Fatalf("refused (%v), and changed: %+v to %+v", err, before, c)
			}
			if before.Waits() && !c.Waits() {
				if answered++; (c.State != answer.Lapsed) == before.Over(now) {
					t.Fatalf("%s at %v, by %v", c.State, now, before.AnswerBy)
				}
			}
			if answered > 1 || before.State == answer.Undone && c != before {
				t.Fatalf("answered %d times: %+v to %+v", answered, before, c)
			}
		}
	})
}

// After a pause nobody has less time than before it; what was answered in person, and
// what ended, stays as it is; what was over before the pause stays over where another
// accepted.
func TestAfterAPause(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC)
		hours := func(name string) time.Duration {
			return time.Duration(rapid.IntRange(1, 400).Draw(t, name)) * time.Hour
		}
		c, _ := answer.Make(rapid.IntRange(0, 10).Draw(t, "days"), day).Deliver(day)
		c.State = rapid.SampledFrom([]answer.State{answer.Open, answer.Better, answer.Accepted, answer.Declined, answer.Lapsed, answer.Undone, answer.Withdrawn}).Draw(t, "state")
		if c.State == answer.Accepted {
			c.AcceptedAt, c.InPerson = day.Add(hours("accepted")), rapid.Bool().Draw(t, "in person")
		}
		p := answer.Pause{From: day.Add(hours("from"))}
		p.To = p.From.Add(hours("long"))
		got, changed := c.Resume(p)
		if !changed && got != c {
			t.Fatal("it changed")
		}
		switch {
		case c.Waits():
			if left := max(0, c.AnswerBy.Sub(p.From)); !changed || got.AnswerBy.Sub(p.To) < min(left, time.Duration(c.AnswerDays)*24*time.Hour) || got.Over(p.To) {
				t.Fatalf("%v were left, and now %v", left, got.AnswerBy.Sub(p.To))
			}
		case c.State == answer.Accepted && !c.InPerson && c.AcceptedAt.Before(p.From):
			within := hours("within")
			if before, after := c.UndoUntil(within).Sub(p.From), got.UndoUntil(within).Sub(p.To); before != after {
				t.Fatalf("%v were left to take it back, and now %v", before, after)
			}
		default:
			if changed {
				t.Fatalf("%s was taken up", c.State)
			}
		}
	})
	if c, changed := answer.Make(3, time.Now()).Resume(answer.Pause{To: time.Now()}); changed || !c.AnswerBy.IsZero() {
		t.Error("an offer whose message did not arrive has a time to answer")
	}
}
