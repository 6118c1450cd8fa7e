package domain

import (
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
)

// OfferSigned is the state of an offer that a lease came of, beside those of
// package answer. One that was accepted may be withdrawn by an officer's refusal too.
const OfferSigned answer.State = "signed"

// answers are the words for why an answer is not taken.
var answers = answer.Errors{Lapsed: ErrOfferLapsed, State: ErrOfferState, InPerson: ErrUndoOwn, Late: ErrUndoLate}

// Offer is a home offered to one application. It holds the home until it is
// answered or lapses.
type Offer struct {
	ID            string
	ApplicationID string
	HomeID        string
	Worker        string
	County        string
	answer.Clock
	Version int64
}

// MakeOffer offers a home that was free to an application that waits.
func MakeOffer(id string, a Application, h Home, answerDays int, now time.Time) (Offer, Application, Home, []Event, error) {
	a, err := a.Offer(id)
	if err != nil {
		return Offer{}, a, h, nil, err
	}
	if h, err = h.HoldFor(a); err != nil {
		return Offer{}, a, h, nil, err
	}
	o := Offer{ID: id, ApplicationID: a.ID, HomeID: h.ID, Worker: a.Worker, County: a.County, Clock: answer.Make(answerDays, now)}
	return o, a, h, []Event{OfferMade{OfferID: id, ApplicationID: a.ID, HomeID: h.ID, AnswerDays: answerDays}}, nil
}

// Delivered starts the time to answer, once; it reports whether it did.
func (o Offer) Delivered(at time.Time) (Offer, bool) {
	c, started := o.Deliver(at)
	o.Clock = c
	return o, started
}

// Accept accepts the offer.
func (o Offer) Accept(inPerson bool, now time.Time) (Offer, []Event, error) {
	c, err := o.Clock.Accept(inPerson, now, answers)
	if err != nil {
		return o, nil, err
	}
	o.Clock = c
	return o, []Event{OfferAccepted{OfferID: o.ID, ApplicationID: o.ApplicationID, InPerson: inPerson}}, nil
}

// Decline declines the offer. Nothing but its own state remembers that.
func (o Offer) Decline(now time.Time) (Offer, []Event, error) {
	c, err := o.Clock.Decline(now, answers)
	if err != nil {
		return o, nil, err
	}
	o.Clock = c
	return o, []Event{OfferDeclined{OfferID: o.ID, ApplicationID: o.ApplicationID}}, nil
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
	return o, []Event{OfferUndone{OfferID: o.ID, ApplicationID: o.ApplicationID}}, nil
}

// UndoBy is until when the acceptance can be taken back; zero where it cannot.
func (o Offer) UndoBy(within time.Duration, now time.Time) time.Time {
	if o.Undoable(within, now, answers) != nil {
		return time.Time{}
	}
	return o.UndoUntil(within)
}

// Withdraw ends an offer that is open or accepted, with its application or by
// an officer's refusal.
func (o Offer) Withdraw() Offer {
	if o.State == answer.Open || o.State == answer.Accepted {
		o.State = answer.Withdrawn
	}
	return o
}
