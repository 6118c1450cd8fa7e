package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// CloseAccount ends an account on the worker's own word, without an officer:
// what was agreed is withdrawn, what was held is removed, and the keys of the
// worker and of linked children are destroyed, so that no copy opens any more.
func (a *App) CloseAccount(ctx context.Context, s Store, worker string) error {
	if err := himself(ctx, worker); err != nil {
		return err
	}
	return a.closeAccount(ctx, s, worker)
}

// CloseErased closes an account again whose key was erased, where a restored
// backup holds it open: the word was given once. What is no open account, a
// child's key say, is left as it is.
func (a *App) CloseErased(ctx context.Context, s Store, owner string) error {
	err := a.closeAccount(ctx, s, owner)
	if errors.Is(err, domain.ErrWorkerUnknown) || errors.Is(err, domain.ErrWorkerClosed) {
		return nil
	}
	return err
}

func (a *App) closeAccount(ctx context.Context, s Store, worker string) error {
	w, err := s.Worker(worker)
	if err != nil {
		return err
	}
	w, events, err := w.Close(clock.Today(a.Clock))
	if err != nil {
		return err
	}
	consents, err := s.Consents(worker)
	if err != nil {
		return err
	}
	for _, c := range consents {
		if !c.Standing() {
			continue
		}
		c, withdrawn, err := c.Withdraw(a.Clock.Now())
		if err != nil {
			return err
		}
		if err := s.SaveConsent(ctx, c, withdrawn...); err != nil {
			return err
		}
	}
	children, err := s.ChildrenOf(worker)
	if err != nil {
		return err
	}
	owners := []string{worker}
	for _, c := range children {
		owners = append(owners, c.ID)
	}
	if err := s.SaveWorker(ctx, w, events...); err != nil {
		return err
	}
	return s.Forget(ctx, worker, owners)
}
