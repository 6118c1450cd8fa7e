package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// CloseRound ends the filing of choices.
func (a *App) CloseRound(ctx context.Context, s Store, roundID string) error {
	_, r, err := round(ctx, s, roundID)
	if err != nil {
		return err
	}
	r, events, err := r.Close(clock.Today(a.Clock))
	if err != nil {
		return err
	}
	return s.SaveRound(ctx, r, events...)
}
