package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// CloseAccount follows a worker who closed the account at the registry: nobody signs
// in as the worker any more, nor acts for the worker.
func (a *App) CloseAccount(ctx context.Context, s Store, worker string) error {
	given, err := s.Delegations(worker)
	if err != nil {
		return err
	}
	for _, d := range given {
		ended, events, err := d.End(a.Clock.Now())
		if errors.Is(err, domain.ErrDelegation) {
			continue
		}
		if err := errors.Join(err, s.SaveDelegation(ctx, ended, events...)); err != nil {
			return err
		}
	}
	if err := s.DropCodes(worker); err != nil {
		return err
	}
	who, found, err := s.AccountOf(worker)
	if err != nil || !found {
		return err
	}
	closed, events, err := who.Close()
	if err != nil {
		return err
	}
	if err := errors.Join(s.SaveAccount(ctx, closed, events...), s.DropCredentials(who.ID), s.DropLinks(who.ID), s.DropViews(who.ID)); err != nil {
		return err
	}
	_, err = a.endAll(s, who.ID, 0, domain.ShutOut)
	return err
}
