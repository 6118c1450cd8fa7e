package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// CorrectFact records that a worker calls a department's fact wrong; every
// holder flags it and reopens what rested on it.
func (a *App) CorrectFact(ctx context.Context, s Store, c domain.Correction) (string, error) {
	if _, err := actingFor(ctx, c.Worker); err != nil {
		return "", err
	}
	w, err := s.Worker(c.Worker)
	if err != nil {
		return "", err
	}
	if err := w.Open(); err != nil {
		return "", err
	}
	c.ID, c.Division, c.MadeAt = a.NewID(), w.County, a.Clock.Now()
	c, events, err := domain.Correct(c)
	if err != nil {
		return "", err
	}
	return c.ID, s.SaveCorrection(ctx, c, events...)
}
