package domain

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/ident"
)

// ContactCase is a change of a person's contact or county that somebody other
// than the person asks for: one officer opens it, another decides it, and the
// person's word against it counts more than both.
type ContactCase struct {
	ID, Worker  string
	From        string // the county where the person is registered
	County      string // the county that is asked for
	Languages   []string
	Profile     []byte // sealed name and contact, as they would be
	Version     int64  // of the account that the case was opened on
	NameDiffers bool   // the form gave another name: it can only be refused
	Grounds     Grounds
	Officer     string
	MadeAt      time.Time
	State       string
	DecidedBy   string
	DecidedAt   time.Time
	Refusal     string // why it was refused
	Former      []byte // sealed name and contact, as they were before; nil unless it was applied
	FormerLangs []string
	ObjectedAt  time.Time // zero unless the person objected
}

// Asks reports whether a case asks for the same of the same account as another,
// as far as that is not sealed.
func (c ContactCase) Asks(o ContactCase) bool {
	return c.Worker == o.Worker && c.Version == o.Version && c.County == o.County && c.NameDiffers == o.NameDiffers && slices.Equal(c.Languages, o.Languages)
}

// Grounds is why a change is asked for, and what was seen.
type Grounds struct{ Reason, Paper string }

// The states of a contact case.
const (
	CaseOpen     = "open"
	CaseApplied  = "applied"
	CaseRefused  = "refused"
	CaseObjected = "objected" // the person ended it
	CaseUndone   = "undone"   // the person had it put back
)

// What cases are reasoned with. A witness's word stands among the papers, since
// it counts as much.
var (
	contactReasons  = []string{"phone_changed", "moved", "entered_wrong", otherReason}
	contactPapers   = []string{"resident_card", "residence_permit", "phone_contract", "witness", noPaper}
	contactRefusals = []string{"paper_missing", "person_says_no", "entered_wrong", "name_differs", otherReason}
)

const (
	otherReason = "other"
	noPaper     = "none"
)

// Check returns the grounds with what was left out said, or ErrContactReason.
func (g Grounds) Check() (Grounds, error) {
	if g.Reason == "" {
		g.Reason = otherReason
	}
	if g.Paper == "" {
		g.Paper = noPaper
	}
	if !slices.Contains(contactReasons, g.Reason) {
		return g, ErrContactReason.With("field", "reason_code")
	}
	if !slices.Contains(contactPapers, g.Paper) {
		return g, ErrContactReason.With("field", "paper")
	}
	return g, nil
}

// Decide ends a case; refusal says why where it is not approved. Whoever opened
// it never decides it; what the person changed since is never overwritten.
func (c ContactCase) Decide(officer string, approve bool, refusal string, w Worker, now time.Time) (ContactCase, Worker, []Event, error) {
	switch {
	case c.State != CaseOpen:
		return c, w, nil, ErrCaseDecided
	case ident.SameStaff(officer, c.Officer):
		return c, w, nil, ErrCaseOwn
	}
	c.DecidedBy, c.DecidedAt = officer, now
	if !approve {
		if refusal == "" {
			refusal = otherReason
		}
		if !slices.Contains(contactRefusals, refusal) {
			return c, w, nil, ErrContactReason.With("field", "reason_code")
		}
		c.State, c.Refusal = CaseRefused, refusal
		return c, w, nil, nil
	}
	switch {
	case c.NameDiffers:
		return c, w, nil, ErrIdentityConflict
	case c.Version != w.Version, c.Worker != w.ID: // the sealed profile is of the record that was looked at
		return c, w, nil, ErrCaseStale
	}
	c.State, c.Former, c.FormerLangs = CaseApplied, w.Profile, w.Languages
	w, events, err := w.UpdateContact(c.Profile, c.County, c.Languages)
	return c, w, events, err
}

// Objectable reports whether the person's word still changes something: what was changed
// again since is not put back.
func (c ContactCase) Objectable(w Worker) bool {
	return c.State == CaseOpen || c.State == CaseApplied && w.Version == c.Version+1 && c.Worker == w.ID
}

// Object is the person's word against a case. One that waits ends; what one
// changed is put back, unless it was changed again since. Events are those of
// the account, none where it stays as it is.
func (c ContactCase) Object(w Worker, now time.Time) (ContactCase, Worker, []Event, error) {
	c.ObjectedAt = now
	switch c.State {
	case CaseOpen:
		c.State = CaseObjected
		return c, w, nil, nil
	case CaseApplied:
		if !c.Objectable(w) {
			return c, w, nil, ErrContactSince
		}
		c.State = CaseUndone
		w, events, err := w.UpdateContact(c.Former, c.From, c.FormerLangs)
		return c, w, events, err
	}
	return c, w, nil, ErrCaseDecided
}
