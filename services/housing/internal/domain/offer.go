package domain

import (
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// OfferState is where an offer stands.
type OfferState string

// The states of an offer.
const (
	OfferOpen      OfferState = "open"
	OfferAccepted  OfferState = "accepted"
	OfferDeclined  OfferState = "declined"
	OfferLapsed    OfferState = "lapsed"
	OfferUndone    OfferState = "undone"    // an acceptance given by another was taken back
	OfferWithdrawn OfferState = "withdrawn" // by an officer's refusal, or with the application
	OfferSigned    OfferState = "signed"    // a lease came of it
)

// Offer is a home offered to one application. It holds the home until it is
// answered or lapses.
type Offer struct {
	ID            string
	ApplicationID string
	HomeID        string
	Worker        string
	County        string
	State         OfferState
	AnswerDays    int
	OfferedAt     time.Time
	AnswerBy      time.Time // zero until its message is known to have arrived
	AcceptedAt    time.Time
	InPerson      bool // the worker himself accepted
	Version       int64
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
	o := Offer{ID: id, ApplicationID: a.ID, HomeID: h.ID, Worker: a.Worker, County: a.County, State: OfferOpen, AnswerDays: answerDays, OfferedAt: now}
	return o, a, h, []Event{OfferMade{OfferID: id, ApplicationID: a.ID, HomeID: h.ID, AnswerDays: answerDays}}, nil
}

// Delivered starts the offer's clock: the day on which the message arrived is
// not counted, the last day counts to its end. It reports false where the clock
// runs already or the offer was answered before.
func (o Offer) Delivered(at time.Time) (Offer, bool) {
	if o.State != OfferOpen || !o.AnswerBy.IsZero() {
		return o, false
	}
	o.AnswerBy = clock.DateOf(at).AddDays(o.AnswerDays + 1).Start().UTC()
	return o, true
}

// over reports whether the time to answer has passed.
func (o Offer) over(now time.Time) bool { return !o.AnswerBy.IsZero() && !now.Before(o.AnswerBy) }

// Accept accepts the offer.
func (o Offer) Accept(inPerson bool, now time.Time) (Offer, []Event, error) {
	if o.State == OfferLapsed || o.State == OfferOpen && o.over(now) {
		return o, nil, ErrOfferLapsed
	}
	if o.State != OfferOpen {
		return o, nil, ErrOfferState.With("state", string(o.State))
	}
	o.State, o.AcceptedAt, o.InPerson = OfferAccepted, now, inPerson
	return o, []Event{OfferAcceptedEvent{OfferID: o.ID, ApplicationID: o.ApplicationID, InPerson: inPerson}}, nil
}

// Decline declines the offer. Nothing but its own state remembers that.
func (o Offer) Decline() (Offer, []Event, error) {
	if o.State != OfferOpen {
		return o, nil, ErrOfferState.With("state", string(o.State))
	}
	o.State = OfferDeclined
	return o, []Event{OfferDeclinedEvent{OfferID: o.ID, ApplicationID: o.ApplicationID}}, nil
}

// Lapse ends an open offer whose time is over; it gives no event where it is not.
func (o Offer) Lapse(now time.Time) (Offer, []Event) {
	if o.State != OfferOpen || !o.over(now) {
		return o, nil
	}
	o.State = OfferLapsed
	return o, []Event{OfferLapsedEvent{OfferID: o.ID, ApplicationID: o.ApplicationID}}
}

// Undo takes back an acceptance that somebody else gave, within the time that
// PR-UNDO allows.
func (o Offer) Undo(within time.Duration, now time.Time) (Offer, []Event, error) {
	switch {
	case o.State != OfferAccepted:
		return o, nil, ErrOfferState.With("state", string(o.State))
	case o.InPerson:
		return o, nil, ErrUndoOwn
	case !o.undoable(within, now):
		return o, nil, ErrUndoLate
	}
	o.State = OfferUndone
	return o, []Event{OfferUndoneEvent{OfferID: o.ID, ApplicationID: o.ApplicationID}}, nil
}

func (o Offer) undoable(within time.Duration, now time.Time) bool {
	return !o.InPerson && now.Before(o.AcceptedAt.Add(within))
}

// Withdraw ends an offer that is open or accepted, with its application or by
// an officer's refusal.
func (o Offer) Withdraw() Offer {
	if o.State == OfferOpen || o.State == OfferAccepted {
		o.State = OfferWithdrawn
	}
	return o
}
