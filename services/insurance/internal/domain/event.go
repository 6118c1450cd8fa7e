package domain

import "github.com/qiao-platform/qiao/pkg/clock"

// Event is something that happened here; the store writes it beside the state.
type Event interface{ happened() }

// DutyOpened is the contract's event of that name; so are the others below.
type DutyOpened struct {
	DutyID, HireID string
	DueOn          clock.Date
}

// EnrolmentRequested is the contract's event of that name.
type EnrolmentRequested struct {
	DutyID, HireID string
	Schemes        []string
}

// EnrolmentCompleted is the contract's event of that name.
type EnrolmentCompleted struct {
	EnrolmentID, DutyID, HireID string
	Schemes                     []string
	From                        Month
}

// MonthRecorded is the contract's event of that name.
type MonthRecorded struct {
	EnrolmentID string
	Month       Month
	Months      int
	From, Last  Month // Last is empty while the cover goes on
}

// CoverStopped is the contract's event of that name.
type CoverStopped struct {
	EnrolmentID, HireID string
	Last                Month
	Months              int
	From                Month
}

// DutyFrozenEvent is the contract's DutyFrozen.
type DutyFrozenEvent struct{ DutyID, HireID string }

// DutyClosedEvent is the contract's DutyClosed.
type DutyClosedEvent struct{ DutyID, HireID, Reason string }

// DutyOverdueEvent is the contract's DutyOverdue.
type DutyOverdueEvent struct {
	DutyID, HireID string
	DueOn          clock.Date
}

func (DutyOpened) happened()         {}
func (EnrolmentRequested) happened() {}
func (EnrolmentCompleted) happened() {}
func (MonthRecorded) happened()      {}
func (CoverStopped) happened()       {}
func (DutyFrozenEvent) happened()    {}
func (DutyClosedEvent) happened()    {}
func (DutyOverdueEvent) happened()   {}
