package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// CloseAccount ends an account on the worker's own word, without an officer:
// what was agreed is withdrawn, what was held is removed, and the keys of the
// worker and of linked children are destroyed, so that no copy opens any more.
func (a *App) CloseAccount(ctx context.Context, s Store, worker string) error {
	if err := himself(ctx, worker); err != nil {
		return err
	}
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
