package domain

import (
	"errors"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/clock"
)

const window = 48 * time.Hour // PR-UNDO

// offered is a full course of which one place became free and was offered.
func offered(t *testing.T, now time.Time) (Course, Enrolment) {
	t.Helper()
	c := sound()
	c.Taken, c.Waiting, c.LastNumber = 1, 2, 2
	c, e, events := c.Offer("offer-1", Enrolment{ID: "enrolment-1", Worker: "worker-1", State: Waiting, Number: 1}, 3, now)
	if e.State != Offered || c.Taken != 2 || c.Waiting != 1 || len(events) != 1 {
		t.Fatalf("%+v %+v %v", c, e, events)
	}
	return c, e
}

// The last day is the third after the message's, and not later than the day before
// the course; where the message comes later than that, it is the message's own day,
// or none once the course has begun.
func TestTheLastDayToAnswer(t *testing.T) {
	for arrives, want := range map[int]int{-30: -27, -5: -2, -4: -1, -3: -1, -2: -1, -1: -1, 0: 0, 1: 0, 9: 0} {
		made := start.AddDays(-30).Start()
		c, e := offered(t, made)
		at := start.AddDays(arrives).Start().Add(23 * time.Hour)
		e, started := c.Delivered(e, at)
		if end := start.AddDays(want + 1).Start(); !started || !e.Offer.AnswerBy.Equal(end) {
			t.Errorf("the message arrives %d days from the start: by %v, want %v", arrives, e.Offer.AnswerBy, end)
		}
		if again, started := c.Delivered(e, at.AddDate(0, 0, 1)); started || again != e {
			t.Error("a second message moved the time")
		}
		last := e.Offer.AnswerBy.Add(-time.Microsecond)
		if _, _, events := c.Lapse(e, last); events != nil {
			t.Error("it lapsed while it could be answered")
		}
		if _, got, _, err := c.Accept(e, true, last); err != nil || got.State != Confirmed {
			t.Errorf("at the last moment: %+v, %v", got, err)
		}
		if _, _, _, err := c.Decline(e, e.Offer.AnswerBy); !errors.Is(err, ErrOfferLapsed) {
			t.Errorf("declined late: %v", err)
		}
		k, back, events := c.Lapse(e, e.Offer.AnswerBy)
		if back.State != Waiting || back.Number != 1 || back.Offer.State != answer.Lapsed || k.Taken != 1 || k.Waiting != 2 || len(events) != 1 {
			t.Errorf("lapsed: %+v %+v %v", k, back, events)
		}
		if _, _, events := k.Lapse(back, e.Offer.AnswerBy); events != nil {
			t.Error("it lapsed twice")
		}
	}
}

// An offer of which nobody is known to have read ends when nobody can join any more.
func TestAnOfferEndsWithTheFirstDay(t *testing.T) {
	c, e := offered(t, before.Start())
	if _, _, events := c.Lapse(e, c.OffersEnd().Add(-time.Microsecond)); events != nil {
		t.Error("it ended on the first day")
	}
	if k, back, events := c.Lapse(e, c.OffersEnd()); len(events) != 1 || back.State != Waiting || back.Offer.State != answer.Withdrawn || k.Taken != 1 {
		t.Errorf("%+v %+v %v", k, back, events)
	}
}

// What an offered place can become, and what it cannot.
func TestAnswers(t *testing.T) {
	now := before.AddDays(-20).Start()
	c, open := offered(t, now)
	_, own, _, err := c.Accept(open, true, now)
	if err != nil {
		t.Fatal(err)
	}
	k, other, events, err := c.Accept(open, false, now)
	if err != nil || k != c || len(events) != 1 || events[0].(EnrolmentConfirmed).InPerson {
		t.Fatalf("%+v %v %v", k, events, err)
	}
	k, no, _, err := c.Decline(open, now)
	if err != nil || no.State != Waiting || no.Number != 1 || k.Taken != 1 || k.Waiting != 2 {
		t.Fatalf("%+v %+v %v", k, no, err)
	}
	undone, back, events, err := c.Undo(other, window, other.Offer.UndoUntil(window))
	if err != nil || back.State != Waiting || back.Number != 1 || undone != k || len(events) != 1 {
		t.Fatalf("%+v %+v %v", undone, back, err)
	}
	for name, x := range map[string]struct {
		got  func() error
		want error
	}{
		"undo an own acceptance": {func() error { _, _, _, err := c.Undo(own, window, now); return err }, ErrUndoOwn},
		"undo late": {func() error {
			_, _, _, err := c.Undo(other, window, other.Offer.UndoUntil(window).Add(time.Microsecond))
			return err
		}, ErrUndoLate},
		"undo twice":                   {func() error { _, _, _, err := undone.Undo(back, window, now); return err }, ErrEnrolmentState},
		"undo without an offer":        {func() error { _, _, _, err := c.Undo(Enrolment{State: Confirmed}, window, now); return err }, ErrEnrolmentState},
		"undo what is over":            {func() error { e := other; e.State = Completed; _, _, _, err := c.Undo(e, window, now); return err }, ErrEnrolmentState},
		"accept twice":                 {func() error { _, _, _, err := c.Accept(own, true, now); return err }, ErrEnrolmentState},
		"decline twice":                {func() error { _, _, _, err := k.Decline(no, now); return err }, ErrEnrolmentState},
		"accept where none is free":    {func() error { f := k; f.Taken = f.Places; _, _, _, err := f.Accept(no, true, now); return err }, ErrEnrolmentState},
		"accept what is left too late": {func() error { _, _, _, err := k.Accept(no, true, after.Start()); return err }, ErrCourseStarted},
	} {
		if err := x.got(); !errors.Is(err, x.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Nobody else took the place: whoever let it pass can still have it, and so can who asks now.
	f, late, events, err := k.Accept(no, true, now)
	if err != nil || late.State != Confirmed || f.Taken != 2 || f.Waiting != 1 || len(events) != 1 || !late.Offer.AcceptedAt.After(late.Offer.MadeAt) {
		t.Errorf("%+v %+v %v", f, late, err)
	}
	if _, e, _, err := k.Enrol("enrolment-9", "worker-9", true, clock.DateOf(now)); err != nil || e.State != Confirmed {
		t.Errorf("who asks for a place that is free: %+v, %v", e, err)
	}
	left, gone, _, err := c.Leave(open)
	if err != nil || gone.State != Dropped || left.Taken != 1 || left.Waiting != 1 {
		t.Errorf("left instead of answering: %+v %+v %v", left, gone, err)
	}
}
