package domain

import (
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// Lease is a signed lease. Nothing that happens in another department touches it.
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
	case o.State != OfferAccepted:
		return fail(ErrOfferState.With("state", string(o.State)))
	case a.Reopened:
		return fail(ErrReopened)
	case !inPerson && o.undoable(t.Undo, now):
		return fail(ErrLeaseEarly)
	case t.StartsOn.Before(clock.DateOf(o.AcceptedAt)), !t.EndsOn.After(t.StartsOn), t.EndsOn.After(t.StartsOn.AddYears(t.MostYears)):
		return fail(ErrLeaseTerm)
	}
	a.State, o.State, h.State = Leased, OfferSigned, HomeLet
	l := Lease{ID: id, OfferID: o.ID, ApplicationID: a.ID, HomeID: h.ID, Worker: a.Worker, County: a.County, StartsOn: t.StartsOn, EndsOn: t.EndsOn, RentFen: h.RentFen}
	return l, a, o, h, []Event{LeaseSigned{LeaseID: id, ApplicationID: a.ID, HomeID: h.ID, StartsOn: l.StartsOn, EndsOn: l.EndsOn, RentFen: l.RentFen}}, nil
}

// State is where the lease stands on a day: signed before it begins, running,
// ended.
func (l Lease) State(today clock.Date) string {
	switch {
	case today.Before(l.StartsOn):
		return "signed"
	case today.After(l.EndsOn):
		return "ended"
	}
	return "running"
}

// Until is the lease's end as evidence tells it: none while it runs.
func (l Lease) Until(today clock.Date) string {
	if today.After(l.EndsOn) {
		return l.EndsOn.String()
	}
	return ""
}
