package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// ChildForm is a child's registration as it was filled in.
type ChildForm struct {
	Guardian, Name, BirthDate, County, Township string
	AsOf                                        string // the day on which the birth date is judged; "" is today
}

// ChildEntry is a child's form that was found good, and where to look for it.
type ChildEntry struct {
	domain.Minor
	Guardian, County string
	Identity         []byte
}

// CheckChild judges a child's form. Only the guardian, or a counter that acts
// for the guardian, links a child.
func (a *App) CheckChild(ctx context.Context, s Store, f ChildForm) (e ChildEntry, err error) {
	if err := guardian(s.PeekWorker(f.Guardian)); err != nil {
		return e, err
	}
	if _, err := actingFor(ctx, f.Guardian); err != nil {
		return e, err
	}
	on, err := a.day(f.AsOf)
	if err != nil {
		return e, err
	}
	if e.Minor, err = domain.CheckChild(a.Tables, f.Name, f.BirthDate, f.County, f.Township, on); err != nil {
		return e, err
	}
	e.Guardian, e.County = f.Guardian, f.County
	e.Identity = a.Vault.Index(indexChild, e.Minor.Identity(f.Guardian))
	return e, nil
}

// guardian turns a missing or closed account into the guardian's own error.
func guardian(w domain.Worker, err error) error {
	if err == nil {
		err = w.Open()
	}
	if errors.Is(err, domain.ErrWorkerUnknown) || errors.Is(err, domain.ErrWorkerClosed) {
		return domain.ErrGuardianUnknown
	}
	return err
}

// NewChild makes the child's key and seals the entry under it.
func (a *App) NewChild(ctx context.Context, e ChildEntry) (c domain.Child, events []domain.Event, err error) {
	id, k, err := a.Vault.NewKey(ctx)
	if err != nil {
		return c, nil, err
	}
	sealed, err := sealMinor(k, id, e.Minor)
	if err != nil {
		return c, nil, err
	}
	c, events = domain.RegisterChild(id, e.Guardian, e.Identity, sealed, e.County)
	return c, events, nil
}

// RegisterChild saves a new child. The guardian's row is locked, so that no
// child is linked to an account that is being closed.
func (a *App) RegisterChild(ctx context.Context, s Store, c domain.Child, events []domain.Event) error {
	if err := guardian(s.Worker(c.Guardian)); err != nil {
		return err
	}
	return s.SaveChild(ctx, c, events...)
}

// ReadChild loads a child for a reader and writes the read to the guardian's
// log, unless the guardian reads it. OpenChild then opens it.
func (a *App) ReadChild(ctx context.Context, s Store, id, caseID string) (c domain.Child, err error) {
	p, err := a.reader(ctx, caseID)
	if err != nil {
		return c, err
	}
	if c, err = s.PeekChild(id); err != nil {
		return c, err
	}
	switch p.Kind {
	case auth.Worker, auth.Guardian:
		err = p.MayActFor(c.Guardian)
	case auth.Officer:
		err = p.CoversDivision(c.County)
	}
	if err != nil || p.ActsHimself(c.Guardian) {
		return c, err
	}
	return c, a.logRead(s, p, c.Guardian, caseID, kindChild)
}

// OpenChild opens what a child has sealed.
func (a *App) OpenChild(ctx context.Context, c domain.Child) (m domain.Minor, err error) {
	k, err := a.Vault.Key(ctx, c.ID)
	if err != nil {
		return m, err
	}
	return openMinor(k, c)
}
