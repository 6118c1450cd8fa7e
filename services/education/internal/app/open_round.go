package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// OpenRound lets guardians file their choices.
func (a *App) OpenRound(ctx context.Context, s Store, roundID string) error {
	_, r, err := round(ctx, s, roundID)
	if err != nil {
		return err
	}
	schools, err := s.Seated(roundID)
	if err != nil {
		return err
	}
	r, events, err := r.Open(schools, clock.Today(a.Clock))
	if err != nil {
		return err
	}
	return s.SaveRound(ctx, r, events...)
}
