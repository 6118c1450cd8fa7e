package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// Entry is a registration that was found good, and where to look for it.
type Entry struct {
	domain.Registration
	Index []byte // of the document number
}

// CheckRegistration judges a form and who hands it in: an officer at whose
// counter the person registered, or the person. asOf is the day on which ages
// are judged; a person who registers alone is judged today.
func (a *App) CheckRegistration(ctx context.Context, f domain.Form, asOf string) (e Entry, err error) {
	p, err := auth.From(ctx)
	if err != nil {
		return e, err
	}
	if err := a.mayQuery(p); err != nil {
		return e, err
	}
	if p.Kind == auth.Worker {
		asOf = ""
	}
	on, err := a.day(asOf)
	if err != nil {
		return e, err
	}
	work, err := a.Rules.Rule("EM-04", on, "")
	if err != nil {
		return e, err
	}
	minAge, err := work.Int("min_age")
	if err != nil {
		return e, err
	}
	if e.Registration, err = f.Check(a.Tables, on, minAge); err != nil {
		return e, err
	}
	e.Index = a.Vault.Index(indexDocument, e.Person.Document.Reveal())
	if p.Kind == auth.Officer {
		err = p.CoversDivision(e.County)
	}
	return e, err
}

// SamePerson returns nil where the account that holds the entry's document is
// of the same name, so that registering again changes nothing. A person who
// registers alone learns of no account but his own.
func (a *App) SamePerson(ctx context.Context, known domain.Worker, e Entry) error {
	p, err := auth.From(ctx)
	if err != nil {
		return err
	}
	if p.Kind == auth.Worker && p.Subject != known.ID {
		return auth.ErrNotYours
	}
	k, err := a.Vault.Key(ctx, known.ID)
	if err != nil {
		return err
	}
	name, _, err := openProfile(k, known)
	if err != nil {
		return err
	}
	if name != e.Person.Name {
		return domain.ErrIdentityConflict
	}
	return nil
}

// NewWorker makes a person's key and seals the entry under it. A key whose row
// never comes opens nothing and is swept.
func (a *App) NewWorker(ctx context.Context, e Entry) (w domain.Worker, events []domain.Event, err error) {
	id, k, err := a.Vault.NewKey(ctx)
	if err != nil {
		return w, nil, err
	}
	sealed, err := sealProfile(k, id, e.Person.Name, e.Person.Contact)
	if err != nil {
		return w, nil, err
	}
	w, events = domain.Register(id, e.Index, sealDocument(k, id, e.Person.Document), sealed, e.Registration)
	return w, events, nil
}

// RegisterWorker saves a new account. Who registers alone may hold only one.
func (a *App) RegisterWorker(ctx context.Context, s Store, w domain.Worker, events []domain.Event) error {
	p, err := auth.From(ctx)
	if err != nil {
		return err
	}
	if p.Kind == auth.Worker {
		other, err := s.PeekWorker(p.Subject)
		if err != nil && !errors.Is(err, domain.ErrWorkerUnknown) {
			return err
		}
		if err == nil && other.Open() == nil {
			return auth.ErrNotYours
		}
	}
	return s.SaveWorker(ctx, w, events...)
}

// day reads the day on which something is judged; "" is today.
func (a *App) day(s string) (clock.Date, error) {
	if s == "" {
		return clock.Today(a.Clock), nil
	}
	return clock.ParseDate(s)
}
