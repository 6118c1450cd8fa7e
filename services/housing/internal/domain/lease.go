package domain

import (
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/clock"
)

// Lease is a signed lease. Nothing that happens in another department touches
// it, and no clock ends it.
type Lease struct {
	ID            string
	OfferID       string
	ApplicationID string
	HomeID        string
	Worker        string
	County        string
	StartsOn      clock.Date
	EndsOn        clock.Date
	RentFen       int64 // a month, as the home's was when it was signed
	Kind          Kind
	LeftOn        clock.Date // the day on which the tenant left; zero while he lives there
	VacantSince   clock.Date // as an officer noted; zero while it is lived in
	RenewalTold   clock.Date // the end of the term for which the tenant was told that renewal is due
	LookedOn      clock.Date // when a clock last looked at it
	Version       int64
}

// Term is what a lease is signed for, and the limits that it is signed within.
type Term struct {
	StartsOn, EndsOn clock.Date
	MostYears        int           // HO-03
	Undo             time.Duration // PR-UNDO
}

// Sign signs the lease of an accepted offer. While an acceptance that somebody
// else gave can still be undone, only the worker in person signs: else the
// lease would take the right to undo away.
func Sign(id string, a Application, o Offer, h Home, t Term, inPerson bool, now time.Time) (Lease, Application, Offer, Home, []Event, error) {
	fail := func(err error) (Lease, Application, Offer, Home, []Event, error) {
		return Lease{}, a, o, h, nil, err
	}
	switch {
	case o.State != answer.Accepted:
		return fail(ErrOfferState.With("state", string(o.State)))
	case a.Reopened:
		return fail(ErrReopened)
	case !inPerson && o.Undoable(t.Undo, now, answers) == nil:
		return fail(ErrLeaseEarly)
	case t.StartsOn.Before(clock.DateOf(o.AcceptedAt)), !t.EndsOn.After(t.StartsOn), t.EndsOn.After(t.StartsOn.AddYears(t.MostYears)):
		return fail(ErrLeaseTerm)
	}
	a.State, o.State, h.State = Leased, OfferSigned, HomeLet
	l := Lease{ID: id, OfferID: o.ID, ApplicationID: a.ID, HomeID: h.ID, Worker: a.Worker, County: a.County, StartsOn: t.StartsOn, EndsOn: t.EndsOn, RentFen: h.RentFen, Kind: h.Kind}
	return l, a, o, h, []Event{LeaseSigned{LeaseID: id, ApplicationID: a.ID, HomeID: h.ID, StartsOn: l.StartsOn, EndsOn: l.EndsOn, RentFen: l.RentFen}}, nil
}

// State is where the lease stands on a day: signed before it begins, running,
// term_over while the tenant still lives there after it, left.
func (l Lease) State(today clock.Date) string {
	switch {
	case !l.LeftOn.IsZero() && !today.Before(l.LeftOn):
		return "left"
	case today.Before(l.StartsOn):
		return "signed"
	case today.After(l.EndsOn):
		return "term_over"
	}
	return "running"
}

// Until is the lease's end as evidence tells it: none while it runs.
func (l Lease) Until(today clock.Date) string {
	switch {
	case !l.Live():
		return l.LeftOn.String()
	case today.After(l.EndsOn):
		return l.EndsOn.String()
	}
	return ""
}

// Live reports whether the tenant has not left.
func (l Lease) Live() bool { return l.LeftOn.IsZero() }

// Leave ends the lease on the day on which the tenant leaves; one that has not
// begun ends on the day on which that is said.
func (l Lease) Leave(on, today clock.Date) (Lease, []Event, error) {
	switch {
	case !l.Live():
		return l, nil, ErrLeaseLeft
	case on.After(today), on.Before(l.StartsOn) && on != today:
		return l, nil, ErrLeaveDay
	}
	l.LeftOn = on
	return l, []Event{LeaseEnded{LeaseID: l.ID, EndedOn: on}}, nil
}

// Vacate notes since when the home stands empty, or with the zero date that it
// is lived in. Nothing follows but that a clock may ask a person to look.
func (l Lease) Vacate(since, today clock.Date) (Lease, []Event, error) {
	if !l.Live() {
		return l, nil, ErrLeaseLeft
	}
	if !since.IsZero() && (since.Before(l.StartsOn) || since.After(today)) {
		return l, nil, ErrVacantDay
	}
	l.VacantSince = since
	return l, []Event{VacancyNoted{LeaseID: l.ID, Since: since}}, nil
}

// RenewFrom is the first day on which another term can be asked for.
func (l Lease) RenewFrom(monthsBefore int) clock.Date { return l.EndsOn.AddMonths(-monthsBefore) }

// TellRenewal gives the event that tells the tenant, once for each term, that
// another one can be asked for; none before the day or after he left.
func (l Lease) TellRenewal(monthsBefore int, today clock.Date) (Lease, []Event) {
	if !l.Live() || l.RenewalTold == l.EndsOn || today.Before(l.RenewFrom(monthsBefore)) || today.After(l.EndsOn) {
		return l, nil
	}
	l.RenewalTold = l.EndsOn
	return l, []Event{RenewalDue{LeaseID: l.ID, ApplyBy: l.EndsOn}}
}
