package app

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// StartExitClock starts the time to answer a notice when its message arrived.
func (a *App) StartExitClock(ctx context.Context, s Store, id string, at time.Time) error {
	return answer.Start(ctx, id, at, s.Exit, domain.ErrExitUnknown, domain.Exit.Delivered, s.SaveExit, nil)
}
