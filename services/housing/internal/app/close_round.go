package app

import (
	"context"
)

// CloseRound ends a round; offers that are open stay open.
func (a *App) CloseRound(ctx context.Context, s Store, id string) error {
	r, err := lockRound(ctx, s, id)
	if err != nil {
		return err
	}
	r, events, err := r.Close(a.today())
	if err != nil {
		return err
	}
	return s.SaveRound(ctx, r, events...)
}
