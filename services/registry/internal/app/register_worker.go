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
// are judged; a person who registers alone is judged today. Only the rows of a
// sheet are checked and not registered: at a counter that would look a number up
// without its trace (FindWorker).
func (a *App) CheckRegistration(ctx context.Context, f domain.Form, asOf string, checkOnly bool) (e Entry, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return e, err
	}
	if checkOnly && (p.Kind != auth.Officer || p.Via != auth.ViaImport) {
		return e, auth.ErrDenied
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

// Resaid is what a form says of somebody who is registered.
type Resaid struct {
	Outcome string
	Differs []string    // fields that say otherwise than the record and change nothing
	Form    ContactForm // the contact that a sheet corrects
	Sealed  []byte      // nil where it corrects none
}

// SamePerson compares a form with the account that holds its document, which
// must be of the same name. A person who registers alone learns of no account but
// his own. A sheet corrects the contact that a sheet brought; what the person, or
// a counter for the person, said since stays.
func (a *App) SamePerson(ctx context.Context, known domain.Worker, e Entry) (r Resaid, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return r, err
	}
	if p.Kind == auth.Worker && p.Subject != known.ID {
		return r, auth.ErrNotYours
	}
	k, err := a.Vault.Key(ctx, known.ID)
	if err != nil {
		return r, err
	}
	name, contact, err := openProfile(k, known)
	if err != nil {
		return r, err
	}
	if name != e.Person.Name {
		return r, domain.ErrIdentityConflict
	}
	r.Outcome = domain.Unchanged
	if p.Via != auth.ViaImport {
		return r, nil
	}
	county, languages, fields := known.Resay(&contact, e.Registration)
	r.Differs = known.Registered(e.Registration)
	switch {
	case len(fields) == 0:
	case known.ContactVia == auth.ViaImport:
		r.Outcome, r.Form = domain.Applied, ContactForm{County: county, Languages: languages}
		r.Sealed, err = sealProfile(k, known.ID, name, contact)
		return r, err
	default:
		r.Differs = append(r.Differs, fields...)
	}
	if len(r.Differs) > 0 {
		r.Outcome = domain.Differs
	}
	return r, nil
}

// Recognise ends a registration of somebody who is registered: it saves the
// contact that a sheet corrected. Who learns at a counter that somebody is
// registered stands in that person's log, as after a look-up; a sheet's row was
// itself about somebody who registered.
func (a *App) Recognise(ctx context.Context, s Store, known domain.Worker, r Resaid) error {
	p, err := auth.FromContext(ctx)
	switch {
	case err != nil:
		return err
	case r.Sealed != nil:
		return a.UpdateContact(ctx, s, known, r.Sealed, r.Form)
	case p.Kind == auth.Officer && p.Via != auth.ViaImport:
		return a.logRead(s, p, known.ID, "", kindRegistered)
	}
	return nil
}

// NewWorker makes a person's key, where the person had none before, and seals
// the entry under it. A key whose row never comes opens nothing and is swept.
func (a *App) NewWorker(ctx context.Context, e Entry, before Before) (w domain.Worker, events []domain.Event, err error) {
	id, k, err := a.owner(ctx, before)
	if err != nil {
		return w, nil, err
	}
	sealed, err := sealProfile(k, id, e.Person.Name, e.Person.Contact)
	if err != nil {
		return w, nil, err
	}
	w, events = domain.Register(id, e.Index, sealDocument(k, id, e.Person.Document), sealed, e.Registration)
	p, err := auth.FromContext(ctx)
	w.ContactVia, w.ContactAt, w.Version = p.Via, a.Clock.Now(), before.Version
	return w, events, err
}

// RegisterWorker saves a new account. Who registers alone may hold only one.
func (a *App) RegisterWorker(ctx context.Context, s Store, w domain.Worker, events []domain.Event) error {
	p, err := auth.FromContext(ctx)
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
	return s.CreateWorker(ctx, w, events...)
}

// day reads the day on which something is judged; "" is today.
func (a *App) day(s string) (clock.Date, error) {
	if s == "" {
		return clock.Today(a.Clock), nil
	}
	return clock.ParseDate(s)
}
