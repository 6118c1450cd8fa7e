package domain

import (
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
)

// answers are the words for why an answer is not taken.
var answers = answer.Errors{Lapsed: ErrOfferLapsed, State: ErrOfferState, InPerson: ErrUndoOwn, Late: ErrUndoLate}

// Offer is a place offered to one application. It takes the place until it is
// declined, lapses or is undone.
type Offer struct {
	ID            string
	ApplicationID string
	SchoolID      string
	Worker        string
	County        string // the school's
	answer.Clock
	RoundID string // "" outside a round
	Way     string // the way out of a task that it is, "" for none
	Version int64
}

// MakeOffer offers a place of a school to an application that waits. taken is
// how many of its places are offered or accepted; the caller holds the
// school's row, so that it stays true until the offer is saved.
func MakeOffer(id string, a Application, s School, taken, answerDays int, now time.Time) (Offer, Application, []Event, error) {
	offered, err := a.Offer(id)
	if err != nil {
		return Offer{}, a, nil, err
	}
	if s.Stage != a.Stage {
		return Offer{}, a, nil, ErrSchoolStage.With("school", s.ID)
	}
	if s.Free(taken) == 0 {
		return Offer{}, a, nil, ErrSchoolFull.With("school", s.ID)
	}
	o := Offer{ID: id, ApplicationID: a.ID, SchoolID: s.ID, Worker: a.Worker, County: s.County, Clock: answer.Make(answerDays, now)}
	return o, offered, []Event{PlaceOffered{OfferID: id, ApplicationID: a.ID, SchoolID: s.ID, AnswerDays: answerDays}}, nil
}

// TakesPlace reports whether the offer takes one of the school's places. The
// store's count of taken places says the same.
func (o Offer) TakesPlace() bool { return o.Waits() || o.State == answer.Accepted }

// MakeBetter offers a place to a child who has another one, offered or accepted:
// an appeal was upheld, or a fault of the draw is mended. The other one stays the
// child's until the guardian takes this one instead.
func MakeBetter(id string, a Application, s School, taken, answerDays int, now time.Time) (Offer, []Event, error) {
	if a.State != Accepted && a.State != Offered {
		return Offer{}, nil, ErrApplicationState.With("state", string(a.State))
	}
	a.State = Submitted // for the rules of any offer; what is saved of it is the offer alone
	o, _, events, err := MakeOffer(id, a, s, taken, answerDays, now)
	o.State = answer.Better
	return o, events, err
}

// Delivered starts the time to answer, once; it reports whether it did.
func (o Offer) Delivered(at time.Time) (Offer, bool) {
	c, started := o.Deliver(at)
	o.Clock = c
	return o, started
}

// Accept accepts the place. A better place is taken instead of another by the
// guardian alone.
func (o Offer) Accept(inPerson bool, now time.Time) (Offer, []Event, error) {
	switch {
	case o.State == answer.Better && !inPerson && !o.Over(now):
		return o, nil, ErrOfferExchange
	case o.State == answer.Accepted:
		return o, nil, ErrOfferAccepted
	}
	c, err := o.Clock.Accept(inPerson, now, answers)
	if err != nil {
		return o, nil, err
	}
	o.Clock = c
	return o, []Event{PlaceAccepted{OfferID: o.ID, ApplicationID: o.ApplicationID, SchoolID: o.SchoolID, InPerson: inPerson}}, nil
}

// Decline declines the place. Nothing but the offer's own state remembers that.
func (o Offer) Decline(now time.Time) (Offer, []Event, error) {
	c, err := o.Clock.Decline(now, answers)
	if err != nil {
		return o, nil, err
	}
	o.Clock = c
	return o, []Event{PlaceDeclined{OfferID: o.ID, ApplicationID: o.ApplicationID}}, nil
}

// Lapse ends an open offer whose time is over; it gives no event where it is not.
func (o Offer) Lapse(now time.Time) (Offer, []Event) {
	c, lapsed := o.Clock.Lapse(now)
	if !lapsed {
		return o, nil
	}
	o.Clock = c
	return o, []Event{OfferLapsed{OfferID: o.ID, ApplicationID: o.ApplicationID}}
}

// Undo takes back an acceptance that somebody else gave, within the time that
// PR-UNDO allows.
func (o Offer) Undo(within time.Duration, now time.Time) (Offer, []Event, error) {
	c, err := o.Clock.Undo(within, now, answers)
	if err != nil {
		return o, nil, err
	}
	o.Clock = c
	return o, []Event{PlaceUndone{OfferID: o.ID, ApplicationID: o.ApplicationID}}, nil
}

// Undoable reports whether the acceptance can still be taken back.
func (o Offer) Undoable(within time.Duration, now time.Time) bool {
	return o.Clock.Undoable(within, now, answers) == nil
}

// Withdraw ends an offer with its application.
func (o Offer) Withdraw() Offer {
	if o.TakesPlace() {
		o.State = answer.Withdrawn
	}
	return o
}
