package domain

import (
	"slices"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// RepairState is where a repair stands.
type RepairState string

// The states of a repair.
const (
	RepairIsOpen      RepairState = "open"
	RepairIsPlanned   RepairState = "planned"
	RepairIsDone      RepairState = "done"
	RepairIsConfirmed RepairState = "confirmed"
)

// RepairKinds lists what can be broken.
func RepairKinds() []string {
	return []string{"heating", "water", "electricity", "door_window", "roof", "other"}
}

// Repair is one thing to be mended in a leased home.
type Repair struct {
	ID, LeaseID, Worker, County, What string
	State                             RepairState
	ReportedOn, PlannedOn, DoneOn     clock.Date
	Version                           int64
}

// ReportRepair tells of something that is broken.
func ReportRepair(id string, l Lease, what string, today clock.Date) (Repair, []Event, error) {
	if !slices.Contains(RepairKinds(), what) {
		return Repair{}, nil, ErrRepairKind
	}
	if !l.Live() {
		return Repair{}, nil, ErrLeaseLeft
	}
	return Repair{ID: id, LeaseID: l.ID, Worker: l.Worker, County: l.County, What: what, State: RepairIsOpen, ReportedOn: today}, []Event{RepairReported{RepairID: id, LeaseID: l.ID, What: what}}, nil
}

// Plan says on which day somebody comes.
func (r Repair) Plan(on, today clock.Date) (Repair, []Event, error) {
	if r.State != RepairIsOpen && r.State != RepairIsPlanned {
		return r, nil, ErrRepairState.With("state", string(r.State))
	}
	if on.Before(today) {
		return r, nil, ErrRepairDay
	}
	r.State, r.PlannedOn = RepairIsPlanned, on
	return r, []Event{RepairPlanned{RepairID: r.ID, PlannedOn: on}}, nil
}

// Finish says that it was mended; the tenant has the last word.
func (r Repair) Finish(today clock.Date) (Repair, []Event, error) {
	if r.State != RepairIsOpen && r.State != RepairIsPlanned {
		return r, nil, ErrRepairState.With("state", string(r.State))
	}
	r.State, r.DoneOn = RepairIsDone, today
	return r, []Event{RepairDone{RepairID: r.ID}}, nil
}

// Confirm takes the tenant's word: where it does not work, it is open again.
func (r Repair) Confirm(works bool) (Repair, []Event, error) {
	if r.State != RepairIsDone {
		return r, nil, ErrRepairState.With("state", string(r.State))
	}
	r.State = RepairIsConfirmed
	if !works {
		r.State, r.PlannedOn, r.DoneOn = RepairIsOpen, clock.Date{}, clock.Date{}
	}
	return r, []Event{RepairConfirmed{RepairID: r.ID, Works: works}}, nil
}
