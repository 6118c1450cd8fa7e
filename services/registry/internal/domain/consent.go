package domain

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// purposes says for which purpose a department may be given facts.
func purposes() map[string]string {
	return map[string]string{"education": "school_place", "housing": "public_rental", "employment": "job_search"}
}

// holders says which department holds a kind of fact.
func holders() map[string]string {
	return map[string]string{"job": "employment", "insurance_months": "insurance", "lease": "housing", "certificate": "training"}
}

// Consent is a worker's grant that a department uses facts of others for one
// purpose.
type Consent struct {
	ID            string
	Worker        string
	Division      string
	Purpose       string
	Kinds         []string // sorted
	Recipient     string   // a service
	From, To      clock.Date
	NoticeVersion string
	Language      string
	WithdrawnAt   time.Time // zero while it stands
	Version       int64
}

// ConsentForm is a grant as it was filled in.
type ConsentForm struct {
	Purpose                 string
	Kinds                   []string
	Recipient               string
	From, To                string // To is "" until withdrawn
	NoticeVersion, Language string
}

// Grant makes a consent that begins today where its form names no day.
func Grant(id, worker, division string, f ConsentForm, today clock.Date) (Consent, []Event, error) {
	c := Consent{ID: id, Worker: worker, Division: division, Purpose: f.Purpose, Recipient: f.Recipient, From: today, NoticeVersion: f.NoticeVersion, Language: f.Language}
	if p, ok := purposes()[f.Recipient]; !ok || p != f.Purpose {
		return c, nil, ErrGrant
	}
	c.Kinds = slices.Compact(slices.Sorted(slices.Values(f.Kinds)))
	if len(c.Kinds) == 0 {
		return c, nil, ErrGrant
	}
	for _, k := range c.Kinds {
		if _, ok := holders()[k]; !ok {
			return c, nil, ErrGrant.With("kind", k)
		}
	}
	if !notice.MatchString(f.NoticeVersion) {
		return c, nil, ErrGrant
	}
	if !slices.Contains(OfferedLanguages(), f.Language) {
		return c, nil, ErrLanguage
	}
	var err error
	if f.From != "" {
		if c.From, err = clock.ParseDate(f.From); err != nil {
			return c, nil, err
		}
	}
	if f.To != "" {
		if c.To, err = clock.ParseDate(f.To); err != nil {
			return c, nil, err
		}
		if c.To.Before(c.From) {
			return c, nil, ErrGrantPeriod
		}
	}
	return c, []Event{ConsentGranted{
		GrantID: c.ID, Purpose: c.Purpose, Kinds: c.Kinds, Recipient: c.Recipient, ValidFrom: c.From, ValidTo: c.To,
		NoticeVersion: c.NoticeVersion, Language: c.Language,
	}}, nil
}

// Standing reports whether the consent was not withdrawn.
func (c Consent) Standing() bool { return c.WithdrawnAt.IsZero() }

// Says reports whether two consents that stand say the same, so that granting
// one again changes nothing.
func (c Consent) Says(o Consent) bool {
	return c.Standing() && o.Standing() && c.Worker == o.Worker && c.Purpose == o.Purpose && c.Recipient == o.Recipient &&
		slices.Equal(c.Kinds, o.Kinds) && c.From == o.From && c.To == o.To && c.NoticeVersion == o.NoticeVersion && c.Language == o.Language
}

// Withdraw ends the consent, once.
func (c Consent) Withdraw(at time.Time) (Consent, []Event, error) {
	if !c.Standing() {
		return c, nil, ErrGrantWithdrawn
	}
	c.WithdrawnAt = at
	return c, []Event{ConsentWithdrawn{GrantID: c.ID}}, nil
}
