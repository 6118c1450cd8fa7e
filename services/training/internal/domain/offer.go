package domain

import (
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/clock"
)

// answers are the words for why an answer to an offered place is not taken.
var answers = answer.Errors{Lapsed: ErrOfferLapsed, State: ErrEnrolmentState, InPerson: ErrUndoOwn, Late: ErrUndoLate}

// OwesOffer reports whether a place is free that who waits can be offered.
func (c Course) OwesOffer(today clock.Date) bool {
	return !c.Cancelled && !c.Started(today) && c.Free() > 0 && c.Waiting > 0
}

// Offer offers a free place to who waits. It counts as taken until the worker
// answers or the time to answer is over; nothing else happens without the worker.
func (c Course) Offer(id string, e Enrolment, answerDays int, now time.Time) (Course, Enrolment, []Event) {
	c.Waiting--
	c.Taken++
	e.State, e.OfferID, e.Offer = Offered, id, answer.Make(answerDays, now)
	return c, e, []Event{PlaceOffered{EnrolmentID: e.ID, CourseID: c.ID, OfferID: id, AnswerDays: answerDays}}
}

// OffersEnd is when an offer ends of which nobody knows whether it was read: then
// nobody can join the course any more.
func (c Course) OffersEnd() time.Time { return c.StartsOn.AddDays(1).Start() }

// Delivered starts the time to answer, once; it reports whether it did. The last
// day is not after the day before the course, or after the day of the message
// where that came later.
func (c Course) Delivered(e Enrolment, at time.Time) (Enrolment, bool) {
	clk, started := e.Offer.Deliver(at)
	if !started {
		return e, false
	}
	e.Offer = clk.EndBy(c.lastToAnswer(at))
	return e, true
}

func (c Course) lastToAnswer(at time.Time) clock.Date {
	last := c.StartsOn.AddDays(-1)
	if on := clock.DateOf(at); on.After(last) {
		last = c.StartsOn
	}
	return last
}

// Resume has the times of a place go on after a pause; it reports whether they changed.
func (c Course) Resume(e Enrolment, stood answer.Pause) (Enrolment, bool) {
	clk, changed := e.Offer.Resume(stood)
	if changed && clk.Waits() {
		clk = clk.EndBy(c.lastToAnswer(stood.To))
	}
	e.Offer = clk
	return e, changed
}

// Accept takes a place: the one that was offered or, for who let one pass, any
// that is free again, since then all who wait were asked.
func (c Course) Accept(e Enrolment, inPerson bool, now time.Time) (Course, Enrolment, []Event, error) {
	k, taken := c, e
	if e.State == Waiting && c.Free() > 0 {
		k, taken, _ = c.Offer(e.OfferID, e, 0, now)
	}
	if taken.State != Offered {
		return c, e, nil, ErrEnrolmentState.With("state", string(e.State))
	}
	if c.Started(clock.DateOf(now)) {
		return c, e, nil, ErrCourseStarted
	}
	clk, err := taken.Offer.Accept(inPerson, now, answers)
	if err != nil {
		return c, e, nil, err
	}
	taken.State, taken.Offer = Confirmed, clk
	return k, taken, []Event{EnrolmentConfirmed{EnrolmentID: e.ID, CourseID: c.ID, InPerson: inPerson}}, nil
}

// Decline gives an offered place back. Nothing but the offer's own state remembers it.
func (c Course) Decline(e Enrolment, now time.Time) (Course, Enrolment, []Event, error) {
	if e.State != Offered {
		return c, e, nil, ErrEnrolmentState.With("state", string(e.State))
	}
	clk, err := e.Offer.Decline(now, answers)
	if err != nil {
		return c, e, nil, err
	}
	k, e := c.giveBack(e, clk)
	return k, e, []Event{PlaceDeclined{EnrolmentID: e.ID, OfferID: e.OfferID}}, nil
}

// Lapse ends an offer whose time to answer is over, or whose course began; it
// gives no event where it is not.
func (c Course) Lapse(e Enrolment, now time.Time) (Course, Enrolment, []Event) {
	clk, lapsed := e.Offer.Lapse(now)
	if began := c.Started(clock.DateOf(now)); e.State != Offered || !lapsed && !began {
		return c, e, nil
	} else if !lapsed {
		clk.State = answer.Withdrawn
	}
	k, e := c.giveBack(e, clk)
	return k, e, []Event{PlaceLapsed{EnrolmentID: e.ID, OfferID: e.OfferID}}
}

// Undo takes back an acceptance that somebody else gave, within the time that
// PR-UNDO allows.
func (c Course) Undo(e Enrolment, within time.Duration, now time.Time) (Course, Enrolment, []Event, error) {
	if e.State != Confirmed {
		return c, e, nil, ErrEnrolmentState.With("state", string(e.State))
	}
	clk, err := e.Offer.Undo(within, now, answers)
	if err != nil {
		return c, e, nil, err
	}
	k, e := c.giveBack(e, clk)
	return k, e, []Event{PlaceUndone{EnrolmentID: e.ID, OfferID: e.OfferID}}, nil
}

// giveBack frees a place that was offered. Its enrolment is at its number on the
// waiting list again: silence and a no cost nothing.
func (c Course) giveBack(e Enrolment, clk answer.Clock) (Course, Enrolment) {
	c.Taken--
	c.Waiting++
	e.State, e.Offer = Waiting, clk
	return c, e
}
