package domain

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// FactKind is one kind of fact that a worker can let others use: the service that
// records it and, by department, the purpose for which it may hold a copy.
type FactKind struct {
	Source  string
	Holders map[string]string
}

// FactKinds are the kinds of facts by their names; the contract's table says them.
type FactKinds map[string]FactKind

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

// Grant makes a consent that begins today where its form names no day. It names
// only kinds of facts that the recipient may hold, and the purpose for which it may.
func Grant(id, worker, division string, f ConsentForm, kinds FactKinds, today clock.Date) (Consent, []Event, error) {
	c := Consent{ID: id, Worker: worker, Division: division, Purpose: f.Purpose, Recipient: f.Recipient, From: today, NoticeVersion: f.NoticeVersion, Language: f.Language}
	c.Kinds = slices.Compact(slices.Sorted(slices.Values(f.Kinds)))
	if len(c.Kinds) == 0 {
		return c, nil, ErrGrant
	}
	for _, k := range c.Kinds {
		if p, ok := kinds[k].Holders[f.Recipient]; !ok || p != f.Purpose {
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

// Says reports whether two consents of one person that stand say the same, so that
// granting one again changes nothing.
func (c Consent) Says(o Consent) bool {
	return c.Standing() && o.Standing() && c.Purpose == o.Purpose && c.Recipient == o.Recipient &&
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
