package domain

import "github.com/qiao-platform/qiao/pkg/clock"

// Event is something that happened here; the store writes it beside the state.
type Event interface{ happened() }

// The department's events; their meaning stands in the contract.
type (
	// DutyOpened is the contract's event of that name; so are the others.
	DutyOpened struct {
		DutyID, HireID string
		DueOn          clock.Date
	}
	EnrolmentRequested struct {
		DutyID, HireID string
		Schemes        []string
	}
	EnrolmentCompleted struct {
		EnrolmentID, DutyID, HireID string
		Schemes                     []string
		From                        Month
	}
	MonthRecorded struct {
		EnrolmentID string
		Month       Month
		Months      int
		From        Month
	}
	CoverStopped struct {
		EnrolmentID, HireID string
		Last                Month
		Months              int
		From                Month
	}
	DutyFrozenEvent  struct{ DutyID, HireID string }
	DutyClosedEvent  struct{ DutyID, HireID, Reason string }
	DutyOverdueEvent struct {
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
