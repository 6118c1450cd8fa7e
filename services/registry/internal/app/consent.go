package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// GrantConsent records what a worker agrees to and returns its id. A grant
// that says the same as one that stands is that one.
func (a *App) GrantConsent(ctx context.Context, s Store, worker string, f domain.ConsentForm) (string, error) {
	w, err := a.served(ctx, s, worker)
	if err != nil {
		return "", err
	}
	c, events, err := domain.Grant(a.NewID(), worker, w.County, f, a.Facts, clock.Today(a.Clock))
	if err != nil {
		return "", err
	}
	all, err := s.Consents(worker)
	if err != nil {
		return "", err
	}
	for _, o := range all {
		if c.Says(o) {
			return o.ID, nil
		}
	}
	return c.ID, s.SaveConsent(ctx, c, events...)
}

// served loads and locks the open account of a worker for whom the caller may
// act, in a county where he may.
func (a *App) served(ctx context.Context, s Store, worker string) (domain.Worker, error) {
	p, err := actingFor(ctx, worker)
	if err != nil {
		return domain.Worker{}, err
	}
	w, err := s.Worker(worker)
	if err != nil {
		return w, err
	}
	if err := mayServe(p, w); err != nil {
		return w, err
	}
	return w, w.Open()
}

// WithdrawConsent ends a grant, once; every department then removes what it
// got under it.
func (a *App) WithdrawConsent(ctx context.Context, s Store, id string) error {
	c, err := s.Consent(id)
	if err != nil {
		return err
	}
	if _, err := actingFor(ctx, c.Worker); err != nil {
		return domain.ErrGrantUnknown // whether there is one is nobody else's business
	}
	if p, _ := auth.FromContext(ctx); p.Kind == auth.Officer {
		if _, err := a.served(ctx, s, c.Worker); err != nil {
			return err
		}
	}
	c, events, err := c.Withdraw(a.Clock.Now())
	if err != nil {
		return err
	}
	if err := s.SaveConsent(ctx, c, events...); err != nil {
		return err
	}
	return a.withdrawLike(ctx, s, c)
}

// withdrawLike ends what else the person granted to the same department for the
// same purpose under another reference: who takes back a consent does not know, and
// need not, in which of two records it stands.
func (a *App) withdrawLike(ctx context.Context, s Store, withdrawn domain.Consent) error {
	all, err := s.Consents(withdrawn.Worker)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Worker == withdrawn.Worker || !c.Standing() || c.Purpose != withdrawn.Purpose || c.Recipient != withdrawn.Recipient {
			continue
		}
		c, events, err := c.Withdraw(a.Clock.Now())
		if err != nil {
			return err
		}
		if err := s.SaveConsent(ctx, c, events...); err != nil {
			return err
		}
	}
	return nil
}

// Consents lists what a worker agreed to.
func (a *App) Consents(ctx context.Context, s Store, worker string) ([]domain.Consent, error) {
	if _, err := actingFor(ctx, worker); err != nil {
		return nil, err
	}
	if _, err := s.PeekWorker(worker); err != nil {
		return nil, err
	}
	return s.Consents(worker)
}
