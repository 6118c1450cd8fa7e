package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// CorrectFact records that a worker calls a department's fact wrong; every
// holder flags it and reopens what rested on it.
func (a *App) CorrectFact(ctx context.Context, s Store, c domain.Correction) (string, error) {
	w, err := a.served(ctx, s, c.Worker)
	if err != nil {
		return "", err
	}
	c.ID, c.Division, c.MadeAt = a.NewID(), w.County, a.Clock.Now()
	c, events, err := domain.Correct(c, a.Facts)
	if err != nil {
		return "", err
	}
	return c.ID, s.SaveCorrection(ctx, c, events...)
}
