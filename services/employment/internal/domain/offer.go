package domain

import (
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// OfferState is where an offer stands.
type OfferState string

// The states of an offer.
const (
	OfferOpen          OfferState = "open"
	OfferAcceptedState OfferState = "accepted"
	OfferDeclinedState OfferState = "declined"
	OfferLapsedState   OfferState = "lapsed"
	OfferWithdrawn     OfferState = "withdrawn" // with its application
	OfferUndone        OfferState = "undone"    // the acceptance was taken back
)

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
	State         OfferState
	AnswerDays    int // EM-OFFER when it was made
	MadeAt        time.Time
	AnswerBy      time.Time // zero until its message is known to have arrived
	AcceptedAt    time.Time
	InPerson      bool // false: accepted at a counter or by a helper
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
	case a.State != ApplicationSubmittedState:
		return a, Offer{}, nil, ErrApplicationState.With("state", string(a.State))
	case v.State != VacancyOpen:
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
		WageFen: wageFen, StartOn: startOn, EndOn: endOn, State: OfferOpen, AnswerDays: answerDays, MadeAt: at,
	}
	a.State, a.OfferID = ApplicationOffered, id
	return a, o, []Event{OfferMade{OfferID: id, ApplicationID: a.ID, VacancyID: a.VacancyID, AnswerDays: answerDays}}, nil
}

// StartClock starts the time to answer, once, when the offer's message is known
// to have arrived: the days after that day are the worker's in full. It reports
// whether the clock was started now.
func (o Offer) StartClock(delivered time.Time) (Offer, bool) {
	if o.State != OfferOpen || !o.AnswerBy.IsZero() {
		return o, false
	}
	o.AnswerBy = clock.DateOf(delivered).AddDays(o.AnswerDays + 1).Start().UTC()
	return o, true
}

func (o Offer) over(now time.Time) bool { return !o.AnswerBy.IsZero() && !now.Before(o.AnswerBy) }

// answerable returns nil where the worker can still answer.
func (o Offer) answerable(now time.Time) error {
	switch {
	case o.State == OfferLapsedState, o.State == OfferOpen && o.over(now):
		return ErrOfferLapsed
	case o.State != OfferOpen:
		return ErrOfferState.With("state", string(o.State))
	}
	return nil
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
	if err := o.answerable(now); err != nil {
		return Acceptance{}, err
	}
	if a.State != ApplicationOffered || a.OfferID != o.ID {
		return Acceptance{}, ErrApplicationState.With("state", string(a.State))
	}
	v, err := v.Take()
	if err != nil {
		return Acceptance{}, err
	}
	if !now.After(o.MadeAt) { // a clock that was set back: the acceptance is still the newer
		now = o.MadeAt.Add(time.Microsecond)
	}
	o.State, o.AcceptedAt, o.InPerson, o.HireID = OfferAcceptedState, now, inPerson, hireID
	a.State = ApplicationAccepted
	h, events := hired(hireID, o, v)
	return Acceptance{
		Offer: o, Application: a, Vacancy: v, Hire: h, HireEvents: events,
		OfferEvents: []Event{OfferAccepted{OfferID: o.ID, ApplicationID: a.ID, HireID: hireID, InPerson: inPerson}},
	}, nil
}

// Decline ends the offer; the application keeps its place.
func (o Offer) Decline(a Application, now time.Time) (Offer, Application, []Event, error) {
	if err := o.answerable(now); err != nil {
		return o, a, nil, err
	}
	o.State = OfferDeclinedState
	return o, a.requeue(ApplicationOffered), []Event{OfferDeclined{o.ID}}, nil
}

// Lapse ends an offer whose time to answer is over; the application keeps its place.
func (o Offer) Lapse(a Application, now time.Time) (Offer, Application, []Event) {
	if o.State != OfferOpen || !o.over(now) {
		return o, a, nil
	}
	o.State = OfferLapsedState
	return o, a.requeue(ApplicationOffered), []Event{OfferLapsed{o.ID}}
}

// Withdraw ends an open offer with its application.
func (o Offer) Withdraw() Offer {
	if o.State == OfferOpen {
		o.State = OfferWithdrawn
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

// Undoable returns nil where the worker may still take the acceptance back:
// one that somebody else gave, for some time (PR-UNDO).
func (o Offer) Undoable(within time.Duration, now time.Time) error {
	switch {
	case o.State != OfferAcceptedState:
		return ErrOfferState.With("state", string(o.State))
	case o.InPerson:
		return ErrUndoInPerson
	case now.After(o.AcceptedAt.Add(within)):
		return ErrUndoLate
	}
	return nil
}

// Undo takes back an acceptance that is Undoable: the place is free again, and
// the application is back in the queue.
func (o Offer) Undo(a Application, v Vacancy, h Hire) (Undoing, error) {
	h, events, err := h.Undo()
	if err != nil {
		return Undoing{}, err
	}
	o.State = OfferUndone
	return Undoing{Offer: o, Application: a.requeue(ApplicationAccepted), Vacancy: v.GiveBack(), Hire: h, HireEvents: events}, nil
}
