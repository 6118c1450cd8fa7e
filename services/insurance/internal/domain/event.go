package domain

import "github.com/qiao-platform/qiao/pkg/clock"

// Event is something that happened here; the store writes it beside the state.
type Event interface{ happened() }

// The department's events; their meaning stands in the contract.
type (
	DutyOpened struct { //nolint:revive // documented in the contract
		DutyID, HireID string
		DueOn          clock.Date
	}
	EnrolmentRequested struct { //nolint:revive // documented in the contract
		DutyID, HireID string
		Schemes        []string
	}
	EnrolmentCompleted struct { //nolint:revive // documented in the contract
		EnrolmentID, DutyID, HireID string
		Schemes                     []string
		From                        Month
	}
	MonthRecorded struct { //nolint:revive // documented in the contract
		EnrolmentID string
		Month       Month
		Months      int
		From        Month
	}
	CoverStopped struct { //nolint:revive // documented in the contract
		EnrolmentID, HireID string
		Last                Month
		Months              int
		From                Month
	}
	DutyFrozenEvent  struct{ DutyID, HireID string }         //nolint:revive // documented in the contract
	DutyClosedEvent  struct{ DutyID, HireID, Reason string } //nolint:revive // documented in the contract
	DutyOverdueEvent struct {                                //nolint:revive // documented in the contract
		DutyID, HireID string
		DueOn          clock.Date
	}
)

func (DutyOpened) happened()         {}
func (EnrolmentRequested) happened() {}
func (EnrolmentCompleted) happened() {}
func (MonthRecorded) happened()      {}
func (CoverStopped) happened()       {}
func (DutyFrozenEvent) happened()    {}
func (DutyClosedEvent) happened()    {}
func (DutyOverdueEvent) happened()   {}
