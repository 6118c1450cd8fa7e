// Package domain is what the social-insurance department knows: an employer's
// duty to enrol a worker within the legal time of a hire, and the cover that
// the enrolment gives, month by credited month.
package domain

import (
	"slices"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
)

// Errors of this department.
var (
	ErrDutyUnknown  = errs.New(errs.NotFound, "insurance.duty.unknown", "There is no such duty to enrol.")
	ErrDutyState    = errs.New(errs.Conflict, "insurance.duty.state", "This duty to enrol is no longer open.")
	ErrScheme       = errs.New(errs.Invalid, "insurance.scheme", "This is not an insurance scheme, or none was named.")
	ErrInjury       = errs.New(errs.Invalid, "insurance.scheme.injury", "For a worker beyond the pension age the duty is to insure against injury; pension and medical may go on beside it, unemployment insurance does not.")
	ErrMonth        = errs.New(errs.Invalid, "insurance.month", "The month must be written like 2026-11 and not lie before the cover begins.")
	ErrMonthAhead   = errs.New(errs.Invalid, "insurance.month_ahead", "This month has not begun.")
	ErrMonthTwice   = errs.New(errs.Conflict, "insurance.month_twice", "This month is credited already.")
	ErrCoverUnknown = errs.New(errs.NotFound, "insurance.cover.unknown", "There is no such enrolment.")
	ErrReason       = errs.New(errs.Invalid, "insurance.reason", "Choose the reason for the change.")
	ErrCredited     = errs.New(errs.Conflict, "insurance.credited", "A month that is credited would lie outside the cover; take it back first.")
	ErrNotCredited  = errs.New(errs.Conflict, "insurance.not_credited", "This month is not credited.")
	ErrCoverOver    = errs.New(errs.Conflict, "insurance.cover.over", "The cover has ended already.")
	ErrResume       = errs.New(errs.Conflict, "insurance.cover.resume", "Only a cover that the agency ended can go on, and only while its hire lasts.")
	ErrFilter       = errs.New(errs.Invalid, "insurance.filter", "The list cannot be filtered by this state.")
	ErrCursor       = errs.New(errs.Invalid, "insurance.cursor", "The page mark is not one that this list gave.")
	ErrCoverStopped = errs.New(errs.Conflict, "insurance.cover.stopped", "The cover stopped before this month.")
)

// DutyState is where a duty stands.
type DutyState string

// The states of a duty.
const (
	DutyIsOpen      DutyState = "open"
	DutyIsFulfilled DutyState = "fulfilled"
	DutyIsFrozen    DutyState = "frozen"  // the worker disputes the hire
	DutyIsClosed    DutyState = "closed"  // the hire ended or was undone before enrolment
	DutyIsOverdue   DutyState = "overdue" // still owed, too late
)

// DutyStates lists the states of a duty.
func DutyStates() []DutyState {
	return []DutyState{DutyIsOpen, DutyIsFulfilled, DutyIsFrozen, DutyIsClosed, DutyIsOverdue}
}

// Duty is an employer's duty to enrol one worker, opened by a hire
// (社会保险法 58, rule SI-02).
type Duty struct {
	ID          string
	HireID      string
	Worker      string
	EmployerID  string
	Division    string
	State       DutyState
	StartOn     clock.Date // of the work; zero in duties of before it was kept
	DueOn       clock.Date
	Schemes     []string // that the duty is about; none until it is known
	EnrolmentID string
	Version     int64
}

// OpenDuty opens the duty that a hire brings. Which schemes it is about is said
// by Request, once it is known whether the worker is beyond the pension age.
func OpenDuty(id, hireID, worker, employerID, division string, startOn, dueOn clock.Date) (Duty, []Event) {
	d := Duty{ID: id, HireID: hireID, Worker: worker, EmployerID: employerID, Division: division, State: DutyIsOpen, StartOn: startOn, DueOn: dueOn}
	return d, []Event{DutyOpened{DutyID: id, HireID: hireID, DueOn: dueOn}}
}

// Undetermined reports whether it is still to be said which schemes the duty is
// about. Of a hire that the worker disputes nothing is asked.
func (d Duty) Undetermined() bool { return len(d.Schemes) == 0 && !d.StartOn.IsZero() && d.Owed() }

// Request says which schemes the duty is about.
func (d Duty) Request(schemes []string) (Duty, []Event) {
	if !d.Undetermined() {
		return d, nil
	}
	d.Schemes = schemes
	return d, []Event{EnrolmentRequested{DutyID: d.ID, HireID: d.HireID, Schemes: schemes}}
}

// Reopen gives the duty another day by which it is owed: the time since the work
// began says nothing of a duty that a later rule brings.
func (d Duty) Reopen(dueOn clock.Date) (Duty, []Event) {
	d.State, d.DueOn = DutyIsOpen, dueOn
	return d, []Event{DutyOpened{DutyID: d.ID, HireID: d.HireID, DueOn: dueOn}}
}

// Owed reports whether the employer still has to enrol the worker.
func (d Duty) Owed() bool { return d.State == DutyIsOpen || d.State == DutyIsOverdue }

// Fulfil ends the duty with an enrolment from a month on, which has begun or is the
// first of the work.
func (d Duty) Fulfil(enrolmentID string, schemes []string, from Month, today clock.Date) (Duty, Cover, []Event, error) {
	if !d.Owed() {
		return d, Cover{}, nil, ErrDutyState.With("state", string(d.State))
	}
	if err := d.fits(schemes, from, today); err != nil {
		return d, Cover{}, nil, err
	}
	d.State, d.EnrolmentID = DutyIsFulfilled, enrolmentID
	c := Cover{ID: enrolmentID, DutyID: d.ID, HireID: d.HireID, Worker: d.Worker, Division: d.Division, Schemes: schemes, From: from, Active: true}
	return d, c, []Event{EnrolmentCompleted{EnrolmentID: enrolmentID, DutyID: d.ID, HireID: d.HireID, Schemes: schemes, FromMonth: from}}, nil
}

// fits returns nil where a cover of these schemes from this month on fulfils the duty.
func (d Duty) fits(schemes []string, from Month, today clock.Date) error {
	if err := checkSchemes(schemes); err != nil {
		return err
	}
	if d.StartOn.After(today) {
		today = d.StartOn
	}
	if from > MonthOf(today) {
		return ErrMonthAhead
	}
	if slices.Equal(d.Schemes, InjuryAlone()) && (!slices.Contains(schemes, schemeInjury) || slices.Contains(schemes, schemeUnemployment)) {
		return ErrInjury
	}
	return nil
}

// Freeze suspends the duty while the worker disputes the hire.
func (d Duty) Freeze() (Duty, []Event) {
	if !d.Owed() {
		return d, nil
	}
	d.State = DutyIsFrozen
	return d, []Event{DutyFrozen{DutyID: d.ID, HireID: d.HireID}}
}

// Close ends the duty unfulfilled.
func (d Duty) Close(reason string) (Duty, []Event) {
	if !d.Owed() && d.State != DutyIsFrozen {
		return d, nil
	}
	d.State = DutyIsClosed
	return d, []Event{DutyClosed{DutyID: d.ID, HireID: d.HireID, ReasonCode: reason}}
}

// Check makes a duty overdue whose day has passed.
func (d Duty) Check(today clock.Date) (Duty, []Event) {
	if d.State != DutyIsOpen || !today.After(d.DueOn) {
		return d, nil
	}
	d.State = DutyIsOverdue
	return d, []Event{DutyOverdue{DutyID: d.ID, HireID: d.HireID, DueOn: d.DueOn}}
}
