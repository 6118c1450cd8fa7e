package domain

import "time"

// ContactCase is a change of a person's contact or county that somebody other
// than the person asks for: one officer opens it, another decides it.
type ContactCase struct {
	ID, Worker  string
	From        string // the county where the person is registered
	County      string // the county that is asked for
	Languages   []string
	Profile     []byte // sealed name and contact, as they would be
	Version     int64  // of the account that the case was opened on
	NameDiffers bool   // the form gave another name: it can only be refused
	Officer     string
	MadeAt      time.Time
	State       string
	DecidedBy   string
	DecidedAt   time.Time
}

// The states of a contact case.
const (
	CaseOpen    = "open"
	CaseApplied = "applied"
	CaseRefused = "refused"
)

// Decide ends a case. Whoever opened it never decides it; what the person
// changed since is never overwritten.
func (c ContactCase) Decide(officer string, approve bool, w Worker, now time.Time) (ContactCase, Worker, []Event, error) {
	switch {
	case c.State != CaseOpen:
		return c, w, nil, ErrCaseDecided
	case officer == c.Officer:
		return c, w, nil, ErrCaseOwn
	}
	c.State, c.DecidedBy, c.DecidedAt = CaseRefused, officer, now
	if !approve {
		return c, w, nil, nil
	}
	switch {
	case c.NameDiffers:
		return c, w, nil, ErrIdentityConflict
	case c.Version != w.Version:
		return c, w, nil, ErrCaseStale
	}
	c.State = CaseApplied
	w, events, err := w.UpdateContact(c.Profile, c.County, c.Languages)
	return c, w, events, err
}
