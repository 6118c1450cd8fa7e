package domain

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

// DeathCase is a death that one officer enters from a paper and a second one
// records. With death a person's own rights and duties end (Civil Code 13); of the day
// the paper says (15). The record ends nothing that is due to others, and is taken
// back at once where the person appears (50: a declaration of death is revoked).
type DeathCase struct {
	ID, Worker  string
	County      string // where the person is registered
	DiedOn      clock.Date
	Grounds     Grounds // who brought the paper, and which it is
	Officer     string
	MadeAt      time.Time
	State       string
	DecidedBy   string
	DecidedAt   time.Time
	Refusal     string    // why it was refused
	ObjectedAt  time.Time // zero unless the person objected
	ReversedBy  string
	ReversedAt  time.Time
	Shown       string // the document that the person showed
	ConfirmedBy string // who looked at the reversal afterwards
	ConfirmedAt time.Time
	Version     int64
}

// CaseReversed is the state of a death that was recorded of somebody who lives,
// beside those of a contact case.
const CaseReversed = "reversed"

// What a death is entered from, and why it is not. A witness and no paper are not
// among them: living people have been struck off for less.
var (
	deathReasons  = []string{"relative", "employer", "office", otherReason}
	deathPapers   = []string{"medical_certificate", "cremation_certificate", "police_certificate", "court_declaration"}
	deathRefusals = []string{"paper_missing", "person_lives", "wrong_person", "entered_wrong", otherReason}
	shownPapers   = []string{"resident_card", "temporary_card", "passport", "household_register", "travel_permit", "permanent_residence_card"}
)

// OpenDeath opens a case of a death on a day.
func OpenDeath(c DeathCase, today clock.Date) (DeathCase, error) {
	switch {
	case c.DiedOn.IsZero() || c.DiedOn.After(today):
		return c, ErrDeathDate
	case !slices.Contains(deathReasons, c.Grounds.Reason):
		return c, ErrDeathReason.With("field", "reason_code")
	case !slices.Contains(deathPapers, c.Grounds.Paper):
		return c, ErrDeathReason.With("field", "paper")
	}
	c.State = CaseOpen
	return c, nil
}

// Decide ends a case that is open; refusal says why where it is not approved.
// Whoever opened it never decides it.
func (c DeathCase) Decide(officer string, approve bool, refusal string, now time.Time) (DeathCase, []Event, error) {
	switch {
	case c.State != CaseOpen:
		return c, nil, ErrDeathDecided
	case ident.SameStaff(officer, c.Officer):
		return c, nil, ErrDeathOwn
	}
	c.DecidedBy, c.DecidedAt = officer, now
	if approve {
		c.State = CaseApplied
		return c, []Event{DeathRecorded{DiedOn: c.DiedOn}}, nil
	}
	if refusal == "" {
		refusal = otherReason
	}
	if !slices.Contains(deathRefusals, refusal) {
		return c, nil, ErrDeathReason.With("field", "reason_code")
	}
	c.State, c.Refusal = CaseRefused, refusal
	return c, nil, nil
}

// Object is the person's word against a case that is open. What was recorded is
// taken back at a counter, where it is seen who lives.
func (c DeathCase) Object(now time.Time) (DeathCase, error) {
	if c.State != CaseOpen {
		return c, ErrDeathDecided
	}
	c.State, c.ObjectedAt = CaseObjected, now
	return c, nil
}

// Reverse takes the record back: one officer sees the person and the document, and
// that is enough. Nobody who lives waits for a second signature.
func (c DeathCase) Reverse(officer, shown string, now time.Time) (DeathCase, []Event, error) {
	if !slices.Contains(shownPapers, shown) {
		return c, nil, ErrDeathReason.With("field", "shown_paper")
	}
	switch c.State {
	case CaseOpen: // there is nothing to tell anybody yet
		c.State, c.ReversedBy, c.ReversedAt, c.Shown = CaseReversed, officer, now, shown
		return c, nil, nil
	case CaseApplied:
		c.State, c.ReversedBy, c.ReversedAt, c.Shown = CaseReversed, officer, now, shown
		return c, []Event{DeathReversed{}}, nil
	}
	return c, nil, ErrDeathDecided
}

// Confirm is a second officer's look at a reversal.
func (c DeathCase) Confirm(officer string, now time.Time) (DeathCase, error) {
	switch {
	case !c.Unconfirmed():
		return c, ErrDeathDecided
	case ident.SameStaff(officer, c.ReversedBy):
		return c, ErrDeathOwn
	}
	c.ConfirmedBy, c.ConfirmedAt = officer, now
	return c, nil
}

// Stands reports whether the case waits, or what it recorded holds.
func (c DeathCase) Stands() bool { return c.State == CaseOpen || c.State == CaseApplied }

// Unconfirmed reports whether a record was taken back and no second officer looked at
// it yet. Who appeared before anything was recorded leaves nothing to look at.
func (c DeathCase) Unconfirmed() bool {
	return c.State == CaseReversed && c.DecidedBy != "" && c.ConfirmedBy == ""
}
