package domain

import (
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// Accepted is what somebody accepted in another's name on a day; of one person once.
type Accepted struct {
	Day       clock.Date
	Kind      string // of who accepted
	Actor     string // a staff number, a helper's reference
	Worker    string
	At        time.Time
	Visited   bool // the person stood at the actor's counter
	TakenBack bool // the person said no
}

// Suspicious is what an alarm counts: nobody was there, or who it concerns says no.
func (a Accepted) Suspicious() bool { return !a.Visited || a.TakenBack }

// The states of an alarm.
const (
	AlarmOpen      = "open"
	AlarmExplained = "explained"
	AlarmReported  = "reported"
)

// Alarm is somebody who accepted for many on one day without their visits. There is one
// for a day; it is given to one reviewer, and nothing else is counted of anybody.
type Alarm struct {
	ID        string
	Day       clock.Date
	Kind      string
	Actor     string
	Reviewer  string // an account; "" while there is none
	State     string
	SettledAt time.Time
}

// Settle ends an alarm.
func (a Alarm) Settle(outcome string, now time.Time) (Alarm, error) {
	if a.State != AlarmOpen || outcome != AlarmExplained && outcome != AlarmReported {
		return a, ErrOutcome
	}
	a.State, a.SettledAt = outcome, now
	return a, nil
}
