package domain

import (
	"slices"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// Review is what a clock opened for a person to look at. Nothing follows from
// it but what that person does.
type Review struct {
	ID, LeaseID, Worker, County, Ground string
	OpenedOn                            clock.Date
	Outcome                             string // "" while it is open
	Version                             int64
}

// The grounds on which a clock asks a person to look.
const (
	GroundArrears = "arrears"
	GroundVacant  = "vacant"
	GroundJobLeft = "job_ended" // of a dormitory
)

// OpenReview asks a person to look.
func OpenReview(id string, l Lease, ground string, today clock.Date) (Review, []Event) {
	return Review{ID: id, LeaseID: l.ID, Worker: l.Worker, County: l.County, Ground: ground, OpenedOn: today}, []Event{ReviewOpened{ReviewID: id, LeaseID: l.ID, Ground: ground}}
}

// Close records what the person found.
func (r Review) Close(outcome string) (Review, []Event, error) {
	if r.Outcome != "" {
		return r, nil, ErrReviewClosed
	}
	if !slices.Contains([]string{"settled", "agreed", "noticed"}, outcome) {
		return r, nil, ErrReviewOutcome
	}
	r.Outcome = outcome
	return r, []Event{ReviewClosed{ReviewID: r.ID, Outcome: outcome}}, nil
}
