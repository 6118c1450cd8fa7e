package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// TypeFigure takes the published figure from one officer.
func (a *App) TypeFigure(ctx context.Context, s Store, roundID, figure string) error {
	p, r, err := round(ctx, s, roundID)
	if err != nil {
		return err
	}
	r, events, err := r.TypeFigure(figure, p.Subject, clock.Today(a.Clock))
	if err != nil {
		return err
	}
	return s.SaveRound(ctx, r, events...)
}
