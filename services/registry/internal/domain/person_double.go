package domain

import (
	"slices"
	"time"
)

// Double is two records that are likely one person's: a question, which officers
// answer. It holds nothing of who they are.
type Double struct {
	ID            string
	First, Second string // references, the lesser first
	Grounds       []string
	State         string
	FoundAt       time.Time
	DecidedBy     string
	DecidedAt     time.Time
	Why           string // why it was set aside
}

// The states of a pair.
const (
	PairOpen  = "open"
	PairApart = "apart" // they are two persons
)

// pairReasons are why a pair is set aside.
var pairReasons = []string{"papers_differ", "both_known", "twins", "family", otherReason}

// NewDouble is a pair that was found.
func NewDouble(id string, l Likely, now time.Time) Double {
	return Double{ID: id, First: l.First, Second: l.Second, Grounds: l.Grounds, State: PairOpen, FoundAt: now}
}

// Decide sets a pair aside for a reason, or takes it up again.
func (d Double) Decide(officer string, apart bool, why string, now time.Time) (Double, error) {
	if why == "" {
		why = otherReason
	}
	switch {
	case apart && !slices.Contains(pairReasons, why):
		return d, ErrDoubleReason.With("field", "reason_code")
	case apart == (d.State == PairApart):
		return d, ErrDoubleDecided
	}
	d.State, d.Why = PairOpen, ""
	if apart {
		d.State, d.Why = PairApart, why
	}
	d.DecidedBy, d.DecidedAt = officer, now
	return d, nil
}
