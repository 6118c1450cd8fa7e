package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// ContactForm is a contact as it was filled in; it replaces the old one.
type ContactForm struct {
	Phone, County, Township string
	Languages               []string
}

// SealContact checks a new contact and seals it with the name under the
// worker's key. known is the account as it was just read.
func (a *App) SealContact(ctx context.Context, known domain.Worker, f ContactForm) ([]byte, error) {
	if _, err := actingFor(ctx, known.ID); err != nil {
		return nil, err
	}
	if err := known.Open(); err != nil {
		return nil, err
	}
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

// UpdateContact saves a sealed contact. The version of known makes sure that
// nobody changed the account since it was read.
func (a *App) UpdateContact(ctx context.Context, s Store, known domain.Worker, sealed []byte, f ContactForm) error {
	w, events, err := known.UpdateContact(sealed, f.County, f.Languages)
	if err != nil {
		return err
	}
	p, err := auth.From(ctx)
	if err != nil {
		return err
	}
	w.ContactVia, w.ContactAt = p.Via, a.Clock.Now()
	return s.SaveWorker(ctx, w, events...)
}
