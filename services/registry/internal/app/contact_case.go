package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// toldOfContact is the template of the message that tells a person of a change
// which officers made.
const toldOfContact = "registry.contact.changed"

// elsewhere reports whether a registration by an officer concerns somebody of
// another county: the officer may not learn who, nor that.
func elsewhere(p auth.Principal, known domain.Worker) bool {
	return p.Kind == auth.Officer && p.CoversDivision(known.County) != nil
}

// Elsewhere is elsewhere for the caller.
func (a *App) Elsewhere(ctx context.Context, known domain.Worker) bool {
	p, err := auth.From(ctx)
	return err != nil || elsewhere(p, known)
}

// CaseOfRegistration makes a case of a registration whose document another
// county registered: nothing changes until that county's officer agrees.
func (a *App) CaseOfRegistration(ctx context.Context, known domain.Worker, e Entry) (domain.ContactCase, error) {
	k, err := a.Vault.Key(ctx, known.ID)
	if err != nil {
		return domain.ContactCase{}, err
	}
	name, _, err := openProfile(k, known)
	if err != nil {
		return domain.ContactCase{}, err
	}
	sealed, err := sealProfile(k, known.ID, name, e.Person.Contact)
	if err != nil {
		return domain.ContactCase{}, err
	}
	c, err := a.newCase(ctx, known, e.County, e.Languages, sealed)
	c.NameDiffers = name != e.Person.Name
	return c, err
}

// SealProposal judges a change that an officer asks for without the person.
// Who may not know the person is told that there is none.
func (a *App) SealProposal(ctx context.Context, known domain.Worker, f ContactForm) (domain.ContactCase, error) {
	p, err := auth.From(ctx)
	if err != nil {
		return domain.ContactCase{}, err
	}
	if elsewhere(p, known) || known.Open() != nil {
		return domain.ContactCase{}, domain.ErrWorkerUnknown
	}
	sealed, err := a.sealContact(ctx, known, f)
	if err != nil {
		return domain.ContactCase{}, err
	}
	if _, _, err := known.UpdateContact(sealed, f.County, f.Languages); err != nil { // what it asks for is possible
		return domain.ContactCase{}, err
	}
	return a.newCase(ctx, known, f.County, f.Languages, sealed)
}

func (a *App) newCase(ctx context.Context, known domain.Worker, county string, languages []string, sealed []byte) (domain.ContactCase, error) {
	p, err := auth.From(ctx)
	return domain.ContactCase{
		ID: a.NewID(), Worker: known.ID, From: known.County, County: county, Languages: languages, Profile: sealed, Version: known.Version,
		Officer: p.Subject, MadeAt: a.Clock.Now(), State: domain.CaseOpen,
	}, err
}

// OpenCase saves a new case; the person sees that somebody asked.
func (a *App) OpenCase(ctx context.Context, s Store, c domain.ContactCase) error {
	p, err := auth.From(ctx)
	if err != nil {
		return err
	}
	if err := s.SaveContactCase(c); err != nil {
		return err
	}
	return a.logRead(s, p, c.Worker, c.ID, kindContact)
}

// ContactCases lists the open cases of people in the officer's counties, and
// the officer's own. decides tells which of them the officer may decide.
func (a *App) ContactCases(ctx context.Context, s Store) (all []domain.ContactCase, decides func(domain.ContactCase) bool, err error) {
	p, err := auth.From(ctx)
	if err != nil {
		return nil, nil, err
	}
	open, err := s.OpenContactCases()
	for _, c := range open {
		if p.CoversDivision(c.From) == nil || c.Officer == p.Subject {
			all = append(all, c)
		}
	}
	return all, func(c domain.ContactCase) bool { return p.CoversDivision(c.From) == nil && c.Officer != p.Subject }, err
}

// DecideContact ends a case by the word of a second officer, of the county
// where the person is registered. The person is told of what was changed.
func (a *App) DecideContact(ctx context.Context, s Store, id string, approve bool) error {
	p, err := auth.From(ctx)
	if err != nil {
		return err
	}
	c, err := s.ContactCase(id)
	if err != nil {
		return err
	}
	if p.CoversDivision(c.From) != nil {
		if c.Officer == p.Subject {
			return domain.ErrCaseOwn // who opened it knows of it
		}
		return domain.ErrCaseUnknown
	}
	w, err := s.Worker(c.Worker)
	if err != nil {
		return err
	}
	c, w, events, err := c.Decide(p.Subject, approve, w, a.Clock.Now())
	if err != nil {
		return err
	}
	if err := errors.Join(s.SaveContactCase(c), a.logRead(s, p, c.Worker, c.ID, kindContact)); err != nil || c.State != domain.CaseApplied {
		return err
	}
	w.ContactVia, w.ContactAt = p.Via, a.Clock.Now()
	if err := s.SaveWorker(ctx, w, events...); err != nil {
		return err
	}
	return a.Tell(ctx, s, domain.Message{ID: a.NewID(), Worker: w.ID, Division: w.County, Template: toldOfContact, About: c.ID, AboutService: service})
}
