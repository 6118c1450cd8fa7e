package domain

import (
	"slices"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// RenewalState is where a wish for another term stands.
type RenewalState string

// The states of a renewal.
const (
	RenewalIsAsked   RenewalState = "asked"
	RenewalIsGranted RenewalState = "granted"
	RenewalIsRefused RenewalState = "refused"
)

// Renewal is a tenant's wish for another term.
type Renewal struct {
	ID, LeaseID, Worker, County string
	State                       RenewalState
	AskedOn, EndsOn             clock.Date // EndsOn is the new end, once granted
	Reasons                     []rule.Trace
	Version                     int64
}

// AskRenewal asks for another term, from the day on which HO-03 opens it for as
// long as the tenant lives there: who asks late loses nothing by it here.
func AskRenewal(id string, l Lease, before []Renewal, monthsBefore int, today clock.Date) (Renewal, []Event, error) {
	switch {
	case !l.Live():
		return Renewal{}, nil, ErrLeaseLeft
	case today.Before(l.RenewFrom(monthsBefore)):
		return Renewal{}, nil, ErrRenewalEarly.With("from", l.RenewFrom(monthsBefore).String())
	case slices.ContainsFunc(before, func(r Renewal) bool { return r.State == RenewalIsAsked }):
		return Renewal{}, nil, ErrRenewalTwice
	}
	return Renewal{ID: id, LeaseID: l.ID, Worker: l.Worker, County: l.County, State: RenewalIsAsked, AskedOn: today}, []Event{RenewalAsked{RenewalID: id, LeaseID: l.ID}}, nil
}

// Grant gives another term, which HO-03 limits.
func (r Renewal) Grant(l Lease, until clock.Date, mostYears int) (Renewal, Lease, []Event, error) {
	switch {
	case r.State != RenewalIsAsked:
		return r, l, nil, ErrRenewalState.With("state", string(r.State))
	case !until.After(l.EndsOn) || until.After(l.EndsOn.AddYears(mostYears)):
		return r, l, nil, ErrLeaseTerm
	}
	l.EndsOn, r.State, r.EndsOn = until, RenewalIsGranted, until
	return r, l, []Event{RenewalDecided{RenewalID: r.ID, LeaseID: l.ID, Outcome: "granted", EndsOn: until}}, nil
}

// Refuse refuses another term, on an officer's reason code and with the trace.
// The lease goes on to its end, and nobody has to leave by it.
func (r Renewal) Refuse(code string, term rule.Rule, recourse rule.Recourse, today clock.Date) (Renewal, []Event, error) {
	if r.State != RenewalIsAsked {
		return r, nil, ErrRenewalState.With("state", string(r.State))
	}
	if !refusalCode.MatchString(code) {
		return r, nil, ErrRefusalCode
	}
	t, err := term.Trace(today, "renew_apply_months_before_end")
	if err != nil {
		return r, nil, err
	}
	t.Outcome = rule.NotMet
	t.Facts = []rule.Fact{reasonCode(code, today)}
	t.Changes = []rule.Change{{Code: "ask_renewal_again"}, {Code: ChangePaper}}
	all := []rule.Trace{t}
	Appealable(all, recourse)
	r.State, r.Reasons = RenewalIsRefused, all
	return r, []Event{RenewalDecided{RenewalID: r.ID, LeaseID: r.LeaseID, Outcome: "refused"}}, nil
}
