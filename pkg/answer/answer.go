// Package answer is the life of an offer that a person answers, whatever it
// offers: a job, an interview, a school place, a home. It is the one place that
// knows when the time to answer begins and ends, and until when an acceptance
// that somebody else gave can be taken back. It is pure: times are given.
//
// Two rules decide a last moment. A limit by days runs to the end of its last day
// in Shanghai: 23:59:59.999999 is in time, 00:00 is not, and the last day is what
// a page names. A limit by hours includes its last microsecond.
package answer

import (
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
)

// State is where an offer stands. A department may have states of its own beside
// these, which this package leaves as they are.
type State string

// The states of an offer.
const (
	Open      State = "open"
	Better    State = "better" // open beside one that was accepted, which stays until this one is accepted instead
	Accepted  State = "accepted"
	Declined  State = "declined"
	Lapsed    State = "lapsed"
	Undone    State = "undone"    // an acceptance that somebody else gave was taken back
	Withdrawn State = "withdrawn" // with what it was an answer to
)

// Errors are a department's own codes and sentences for why an answer is not taken.
type Errors struct {
	Lapsed   *errs.Error // the time to answer is over
	State    *errs.Error // the offer was answered already, or ended; "state" is added
	InPerson *errs.Error // only what somebody else accepted can be undone
	Late     *errs.Error // the time to undo is over
}

// Clock is an offer's state and its times. The zero value is no offer.
type Clock struct {
	State      State
	AnswerDays int // to answer, after the day on which the offer's message arrived
	MadeAt     time.Time
	AnswerBy   time.Time // the first moment that is too late; zero until the message is known to have arrived
	AcceptedAt time.Time
	InPerson   bool // the person accepted; false: a counter or a helper did
}

// Make is an open offer that was made now. Its time to answer does not run yet.
func Make(days int, now time.Time) Clock { return Clock{State: Open, AnswerDays: days, MadeAt: now} }

// Waits reports whether the offer waits for its answer.
func (c Clock) Waits() bool { return c.State == Open || c.State == Better }

// Deliver starts the time to answer, once, when the offer's message is known to
// have arrived: that day is not counted, and the days after it are the person's
// in full. It reports whether the time was started now.
func (c Clock) Deliver(at time.Time) (Clock, bool) {
	if !c.Waits() || !c.AnswerBy.IsZero() {
		return c, false
	}
	c.AnswerBy = clock.DateOf(at).AddDays(c.AnswerDays + 1).Start().UTC()
	return c, true
}

// EndBy has the time to answer end with a day, where it would end later: what is
// offered begins then, and cannot wait.
func (c Clock) EndBy(last clock.Date) Clock {
	if end := last.AddDays(1).Start().UTC(); end.Before(c.AnswerBy) {
		c.AnswerBy = end
	}
	return c
}

// Over reports whether the time to answer has passed.
func (c Clock) Over(now time.Time) bool { return !c.AnswerBy.IsZero() && !now.Before(c.AnswerBy) }

// answerable returns nil where the offer can still be answered.
func (c Clock) answerable(now time.Time, e Errors) error {
	switch {
	case c.State == Lapsed, c.Waits() && c.Over(now):
		return e.Lapsed
	case !c.Waits():
		return e.State.With("state", string(c.State))
	}
	return nil
}

// Accept accepts the offer. Where the clock was set back since the offer was
// made, the acceptance is still the newer.
func (c Clock) Accept(inPerson bool, now time.Time, e Errors) (Clock, error) {
	if err := c.answerable(now, e); err != nil {
		return c, err
	}
	if !now.After(c.MadeAt) {
		now = c.MadeAt.Add(time.Microsecond)
	}
	c.State, c.AcceptedAt, c.InPerson = Accepted, now, inPerson
	return c, nil
}

// Decline declines the offer, as long as it could be accepted: what comes later
// finds it lapsed, which costs no more. Nothing but the state remembers it.
func (c Clock) Decline(now time.Time, e Errors) (Clock, error) {
	if err := c.answerable(now, e); err != nil {
		return c, err
	}
	c.State = Declined
	return c, nil
}

// Lapse ends an offer that waits and whose time is over; it reports whether it did.
func (c Clock) Lapse(now time.Time) (Clock, bool) {
	if !c.Waits() || !c.Over(now) {
		return c, false
	}
	c.State = Lapsed
	return c, true
}

// Undoable returns nil where the acceptance can be taken back: one that somebody
// else gave, for so long (PR-UNDO), the last microsecond included.
func (c Clock) Undoable(within time.Duration, now time.Time, e Errors) error {
	switch {
	case c.State != Accepted:
		return e.State.With("state", string(c.State))
	case c.InPerson:
		return e.InPerson
	case now.After(c.UndoUntil(within)):
		return e.Late
	}
	return nil
}

// UndoUntil is the last moment at which an acceptance that somebody else gave can
// be taken back.
func (c Clock) UndoUntil(within time.Duration) time.Time { return c.AcceptedAt.Add(within) }

// Undo takes back an acceptance that is Undoable.
func (c Clock) Undo(within time.Duration, now time.Time, e Errors) (Clock, error) {
	if err := c.Undoable(within, now, e); err != nil {
		return c, err
	}
	c.State = Undone
	return c, nil
}

// Pause is a time in which a person could not answer and nothing was sent: a death
// was recorded of somebody who lives.
type Pause struct{ From, To time.Time }

// Resume has an offer's times go on after a pause; it reports whether they changed.
// Who has not answered has the whole time anew, which is never less than was left,
// and whoever may take back what another accepted has the time that was left.
func (c Clock) Resume(p Pause) (Clock, bool) {
	switch {
	case c.Waits() && !c.AnswerBy.IsZero():
		c.AnswerBy = clock.DateOf(p.To).AddDays(c.AnswerDays + 1).Start().UTC()
		return c, true
	case c.State == Accepted && !c.InPerson && c.AcceptedAt.Before(p.From) && p.To.After(p.From):
		c.AcceptedAt = c.AcceptedAt.Add(p.To.Sub(p.From))
		return c, true
	}
	return c, false
}
