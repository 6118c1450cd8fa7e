package app

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// ServeExit does the same for the decision on an exit, and on an appeal against it.
func (a *App) ServeExit(ctx context.Context, s Store, id string, at time.Time) error {
	exit, err := s.Exit(id)
	if errors.Is(err, domain.ErrExitUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	all, changed, err := a.served(exit.Reasons, at)
	if err != nil || !changed {
		return err
	}
	exit.Reasons = all
	return s.SaveExit(ctx, exit)
}
