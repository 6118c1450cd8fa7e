package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// DecideExitAppeal decides on an appeal.
func (a *App) DecideExitAppeal(ctx context.Context, s Store, id string, stays bool) error {
	e, err := s.Exit(id)
	if err != nil {
		return err
	}
	p, err := officer(ctx, e.County)
	if err = auth.Hide(err, domain.ErrExitUnknown); err != nil {
		return err
	}
	e, events, err := e.DecideAppeal(stays, p.Subject)
	if err != nil {
		return err
	}
	return s.SaveExit(ctx, e, events...)
}
