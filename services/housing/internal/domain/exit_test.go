package domain

import (
	"errors"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
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
