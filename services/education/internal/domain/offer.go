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
	OfferBetter    OfferState = "better" // open beside an accepted place, which stays until this one is accepted
	OfferAccepted  OfferState = "accepted"
	OfferDeclined  OfferState = "declined"
	OfferLapsed    OfferState = "lapsed"
	OfferUndone    OfferState = "undone"    // an acceptance given by another was taken back
	OfferWithdrawn OfferState = "withdrawn" // with its application
)

// Offer is a place offered to one application. It takes the place until it is
// declined, lapses or is undone.
type Offer struct {
	ID            string
	ApplicationID string
	SchoolID      string
	Worker        string
	County        string // the school's
	State         OfferState
	AnswerDays    int
	OfferedAt     time.Time
	AnswerBy      time.Time // zero until its message is known to have arrived
	AcceptedAt    time.Time
	InPerson      bool   // the guardian himself accepted
	RoundID       string // "" outside a round
	Way           string // the way out of a task that it is, "" for none
	Version       int64
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
	o := Offer{ID: id, ApplicationID: a.ID, SchoolID: s.ID, Worker: a.Worker, County: s.County, State: OfferOpen, AnswerDays: answerDays, OfferedAt: now}
	return o, offered, []Event{PlaceOffered{OfferID: id, ApplicationID: a.ID, SchoolID: s.ID, AnswerDays: answerDays}}, nil
}

// TakesPlace reports whether the offer takes one of the school's places. The
// store's count of taken places says the same.
func (o Offer) TakesPlace() bool { return o.open() || o.State == OfferAccepted }

// open reports whether the offer waits for its answer.
func (o Offer) open() bool { return o.State == OfferOpen || o.State == OfferBetter }

// MakeBetter offers a place to a child who has another one, offered or accepted:
// an appeal was upheld, or a fault of the draw is mended. The other one stays the
// child's until the guardian takes this one instead.
func MakeBetter(id string, a Application, s School, taken, answerDays int, now time.Time) (Offer, []Event, error) {
	if a.State != Accepted && a.State != Offered {
		return Offer{}, nil, ErrApplicationState.With("state", string(a.State))
	}
	a.State = Submitted // for the rules of any offer; what is saved of it is the offer alone
	o, _, events, err := MakeOffer(id, a, s, taken, answerDays, now)
	o.State = OfferBetter
	return o, events, err
}

// Delivered starts the offer's clock: the day on which the message arrived is
// not counted, the last day counts to its end. It reports false where the clock
// runs already or the offer was answered before.
func (o Offer) Delivered(at time.Time) (Offer, bool) {
	if !o.open() || !o.AnswerBy.IsZero() {
		return o, false
	}
	o.AnswerBy = clock.DateOf(at).AddDays(o.AnswerDays + 1).Start().UTC()
	return o, true
}

// over reports whether the time to answer has passed.
func (o Offer) over(now time.Time) bool { return !o.AnswerBy.IsZero() && !now.Before(o.AnswerBy) }

// Accept accepts the place.
func (o Offer) Accept(inPerson bool, now time.Time) (Offer, []Event, error) {
	if o.State == OfferLapsed || o.open() && o.over(now) {
		return o, nil, ErrOfferLapsed
	}
	if o.State == OfferBetter && !inPerson {
		return o, nil, ErrOfferExchange
	}
	if o.State == OfferAccepted {
		return o, nil, ErrOfferAccepted
	}
	if !o.open() {
		return o, nil, ErrOfferState.With("state", string(o.State))
	}
	o.State, o.AcceptedAt, o.InPerson = OfferAccepted, now, inPerson
	return o, []Event{PlaceAccepted{OfferID: o.ID, ApplicationID: o.ApplicationID, SchoolID: o.SchoolID, InPerson: inPerson}}, nil
}

// Decline declines the place. Nothing but the offer's own state remembers that.
func (o Offer) Decline() (Offer, []Event, error) {
	if !o.open() {
		return o, nil, ErrOfferState.With("state", string(o.State))
	}
	o.State = OfferDeclined
	return o, []Event{PlaceDeclined{OfferID: o.ID, ApplicationID: o.ApplicationID}}, nil
}

// Lapse ends an open offer whose time is over; it gives no event where it is not.
func (o Offer) Lapse(now time.Time) (Offer, []Event) {
	if !o.open() || !o.over(now) {
		return o, nil
	}
	o.State = OfferLapsed
	return o, []Event{LapsedOffer{OfferID: o.ID, ApplicationID: o.ApplicationID}}
}

// Undo takes back an acceptance that somebody else gave, within the time that
// PR-UNDO allows.
func (o Offer) Undo(within time.Duration, now time.Time) (Offer, []Event, error) {
	switch {
	case o.State != OfferAccepted:
		return o, nil, ErrOfferState.With("state", string(o.State))
	case o.InPerson:
		return o, nil, ErrUndoOwn
	case !o.Undoable(within, now):
		return o, nil, ErrUndoLate
	}
	o.State = OfferUndone
	return o, []Event{PlaceUndone{OfferID: o.ID, ApplicationID: o.ApplicationID}}, nil
}

// Undoable reports whether the acceptance can still be taken back.
func (o Offer) Undoable(within time.Duration, now time.Time) bool {
	return o.State == OfferAccepted && !o.InPerson && now.Before(o.AcceptedAt.Add(within))
}

// Withdraw ends an offer with its application.
func (o Offer) Withdraw() Offer {
	if o.TakesPlace() {
		o.State = OfferWithdrawn
	}
	return o
}
