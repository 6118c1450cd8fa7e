package domain

import (
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/clock"
)

// answers are the words for why an answer to an offer is not taken.
var answers = answer.Errors{Lapsed: ErrOfferLapsed, State: ErrOfferState, InPerson: ErrUndoInPerson, Late: ErrUndoLate}

// Offer is an employer's offer on one application.
type Offer struct {
	ID            string
	ApplicationID string
	VacancyID     string
	EmployerID    string
	Worker        string
	County        string
	WageFen       int64
	StartOn       clock.Date
	EndOn         clock.Date // zero is open-ended
	answer.Clock             // its days are EM-OFFER when it was made
	HireID        string
	Version       int64
}

// CheckTerm refuses a term without a first day, or whose last day is not later.
func CheckTerm(startOn, endOn clock.Date) error {
	if startOn.IsZero() || !endOn.IsZero() && !endOn.After(startOn) {
		return ErrTerm
	}
	return nil
}

// MakeOffer offers the post to an applicant. There may be more open offers
// than places: the places go to who accepts first.
func (a Application) MakeOffer(id string, v Vacancy, wageFen int64, startOn, endOn clock.Date, answerDays int, at time.Time) (Application, Offer, []Event, error) {
	switch {
	case a.State != ApplicationIsSubmitted:
		return a, Offer{}, nil, ErrApplicationState.With("state", string(a.State))
	case v.State != VacancyIsOpen:
		return a, Offer{}, nil, ErrVacancyClosed
	case v.Open() == 0:
		return a, Offer{}, nil, ErrVacancyFull
	case wageFen < v.WageMinFen:
		return a, Offer{}, nil, ErrBelowPosted
	}
	if err := CheckTerm(startOn, endOn); err != nil {
		return a, Offer{}, nil, err
	}
	o := Offer{
		ID: id, ApplicationID: a.ID, VacancyID: a.VacancyID, EmployerID: a.EmployerID, Worker: a.Worker, County: a.County,
		WageFen: wageFen, StartOn: startOn, EndOn: endOn, Clock: answer.Make(answerDays, at),
	}
	a.State, a.OfferID = ApplicationIsOffered, id
	return a, o, []Event{OfferMade{OfferID: id, ApplicationID: a.ID, VacancyID: a.VacancyID, AnswerDays: answerDays}}, nil
}

// StartClock starts the time to answer, once; it reports whether it did.
func (o Offer) StartClock(delivered time.Time) (Offer, bool) {
	c, started := o.Deliver(delivered)
	o.Clock = c
	return o, started
}

// Acceptance is everything that an acceptance changes.
type Acceptance struct {
	Offer       Offer
	Application Application
	Vacancy     Vacancy
	Hire        Hire
	OfferEvents []Event
	HireEvents  []Event
}

// Accept takes a place and registers the hire.
func (o Offer) Accept(a Application, v Vacancy, hireID string, inPerson bool, now time.Time) (Acceptance, error) {
	c, err := o.Clock.Accept(inPerson, now, answers)
	if err != nil {
		return Acceptance{}, err
	}
	if a.State != ApplicationIsOffered || a.OfferID != o.ID {
		return Acceptance{}, ErrApplicationState.With("state", string(a.State))
	}
	if v, err = v.Take(); err != nil {
		return Acceptance{}, err
	}
	o.Clock, o.HireID = c, hireID
	a.State = ApplicationIsAccepted
	h, events := hired(hireID, o, v)
	return Acceptance{
		Offer: o, Application: a, Vacancy: v, Hire: h, HireEvents: events,
		OfferEvents: []Event{OfferAccepted{OfferID: o.ID, ApplicationID: a.ID, HireID: hireID, InPerson: inPerson}},
	}, nil
}

// Decline ends the offer; the application keeps its place.
func (o Offer) Decline(a Application, now time.Time) (Offer, Application, []Event, error) {
	c, err := o.Clock.Decline(now, answers)
	if err != nil {
		return o, a, nil, err
	}
	o.Clock = c
	return o, a.requeue(ApplicationIsOffered), []Event{OfferDeclined{OfferID: o.ID}}, nil
}

// Lapse ends an offer whose time to answer is over; the application keeps its place.
func (o Offer) Lapse(a Application, now time.Time) (Offer, Application, []Event) {
	c, lapsed := o.Clock.Lapse(now)
	if !lapsed {
		return o, a, nil
	}
	o.Clock = c
	return o, a.requeue(ApplicationIsOffered), []Event{OfferLapsed{OfferID: o.ID}}
}

// Withdraw ends an open offer with its application.
func (o Offer) Withdraw() Offer {
	if o.State == answer.Open {
		o.State = answer.Withdrawn
	}
	return o
}

// Undoing is everything that taking an acceptance back changes.
type Undoing struct {
	Offer       Offer
	Application Application
	Vacancy     Vacancy
	Hire        Hire
	HireEvents  []Event
}

// Undoable returns nil where the worker may still take the acceptance back.
func (o Offer) Undoable(within time.Duration, now time.Time) error {
	return o.Clock.Undoable(within, now, answers)
}

// Undo takes back an acceptance that is Undoable: the place is free again, and
// the application is back in the queue.
func (o Offer) Undo(a Application, v Vacancy, h Hire) (Undoing, error) {
	h, events, err := h.Undo()
	if err != nil {
		return Undoing{}, err
	}
	o.State = answer.Undone
	return Undoing{Offer: o, Application: a.requeue(ApplicationIsAccepted), Vacancy: v.GiveBack(), Hire: h, HireEvents: events}, nil
}
