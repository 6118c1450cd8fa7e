package domain

import (
	"slices"
	"time"
)

// The states of a pair of entries that may be one child.
const (
	DoubleOpen = "open"
	DoubleSame = "same" // one child: one of the two applications goes
	DoubleTwo  = "two"  // two children
)

// doubleReasons is what a decision on a pair can rest on.
func doubleReasons() []string {
	return []string{"guardians_said", "papers_shown", "register_checked"}
}

// Double is two entries of a round that may be one child, entered by both
// parents or under two spellings. The registry says so without saying who it is;
// only a person decides.
type Double struct {
	ID        string
	RoundID   string
	County    string
	First     string // applications, the lesser id first
	Second    string
	Grounds   []string
	State     string
	Withdrawn string // the application that goes
	Why       string
	DecidedBy string
	DecidedAt time.Time
	Version   int64
}

// Decide takes a person's word on a pair, before the list is fixed.
func (d Double) Decide(r Round, outcome, withdrawn, why, who string, now time.Time) (Double, error) {
	switch {
	case d.State != DoubleOpen:
		return d, ErrDoubleDecided
	case r.State != RoundIsOpen && r.State != RoundIsClosed:
		return d, ErrRoundState.With("state", string(r.State))
	case outcome != DoubleSame && outcome != DoubleTwo,
		outcome == DoubleSame && withdrawn != d.First && withdrawn != d.Second,
		outcome == DoubleTwo && withdrawn != "",
		!slices.Contains(doubleReasons(), why):
		return d, ErrDoubleOutcome
	}
	d.State, d.Withdrawn, d.Why, d.DecidedBy, d.DecidedAt = outcome, withdrawn, why, who, now
	return d, nil
}

// Told is what the guardian of one of the two applications is told.
func (d Double) Told(applicationID string) []Event {
	return []Event{DoubleDecided{RoundID: d.RoundID, ApplicationID: applicationID, Outcome: d.State, Kept: applicationID != d.Withdrawn, ReasonCode: d.Why}}
}
