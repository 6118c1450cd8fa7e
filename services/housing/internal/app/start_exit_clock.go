package app

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// StartExitClock starts the time to answer a notice when its message arrived.
func (a *App) StartExitClock(ctx context.Context, s Store, id string, at time.Time) error {
	e, err := s.Exit(id)
	if errors.Is(err, domain.ErrExitUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	e, started := e.Delivered(at)
	if !started {
		return nil
	}
	return s.SaveExit(ctx, e)
}
