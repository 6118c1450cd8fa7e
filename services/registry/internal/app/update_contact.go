package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// ContactForm is a contact as it was filled in; it replaces the old one.
type ContactForm struct {
	Phone, County, Township string
	Languages               []string
}

// UpdateContact replaces a contact, by the person or at a counter.
func (a *App) UpdateContact(ctx context.Context, once Once[struct{}], worker string, f ContactForm) error {
	var known domain.Worker
	err := a.Data.Look(ctx, func(s Store) (err error) {
		known, err = s.PeekWorker(worker)
		return err
	})
	if err != nil {
		return hidden(ctx, worker, err)
	}
	sealed, err := a.sealOwnContact(ctx, known, f)
	if err != nil {
		return err
	}
	_, err = once(ctx, func(s Store) (struct{}, error) { return struct{}{}, a.saveContact(ctx, s, known, sealed, f) })
	return err
}

// sealOwnContact checks a new contact and seals it with the name under the
// worker's key. known is the account as it was just read. A counter changes the
// contact of who stands before it, in its own county, and moves nobody: that
// takes the person's own session or two officers.
func (a *App) sealOwnContact(ctx context.Context, known domain.Worker, f ContactForm) ([]byte, error) {
	p, err := actingFor(ctx, known.ID)
	if err != nil {
		return nil, err
	}
	if err := mayServe(p, known); err != nil {
		return nil, err
	}
	if err := known.Open(); err != nil {
		return nil, err
	}
	if !p.ActsHimself(known.ID) {
		if p.Kind != auth.Officer || p.Via != auth.ViaCounter {
			return nil, auth.ErrNotYours
		}
		if f.County != known.County {
			return nil, domain.ErrMoves
		}
	}
	return a.sealContact(ctx, known, f)
}

func (a *App) sealContact(ctx context.Context, known domain.Worker, f ContactForm) ([]byte, error) {
	contact, err := domain.ParseContact(a.Tables, f.Phone, f.County, f.Township)
	if err != nil {
		return nil, err
	}
	k, err := a.Vault.Key(ctx, known.ID)
	if err != nil {
		return nil, err
	}
	name, _, err := openProfile(k, known)
	if err != nil {
		return nil, err
	}
	return sealProfile(k, known.ID, name, contact)
}

// saveContact saves a sealed contact. The version of known makes sure that
// nobody changed the account since it was read.
func (a *App) saveContact(ctx context.Context, s Store, known domain.Worker, sealed []byte, f ContactForm) error {
	w, events, err := known.UpdateContact(sealed, f.County, f.Languages)
	if err != nil {
		return err
	}
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	w.ContactVia, w.ContactAt = p.Via, a.Clock.Now()
	if err := errors.Join(s.SaveWorker(ctx, w, events...), a.contactChanged(ctx, s, w.ID)); err != nil || p.ActsHimself(w.ID) {
		return err
	}
	return a.Tell(ctx, s, domain.Message{ID: a.NewID(), Worker: w.ID, Division: w.County, Template: toldOfContact, About: w.ID, AboutService: service})
}

// hidden is what the caller is told where an account was not found: who may not
// act for somebody is told that, whether there is such a person or not.
func hidden(ctx context.Context, worker string, err error) error {
	if _, refused := actingFor(ctx, worker); refused != nil && errors.Is(err, domain.ErrWorkerUnknown) {
		return refused
	}
	return err
}
