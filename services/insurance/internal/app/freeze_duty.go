package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/insurance/internal/domain"
)

// FreezeDuty suspends the duty of a hire that the worker disputed on a day. A cover
// that rests on the hire stops: it goes on proving nothing that the worker denies.
func (a *App) FreezeDuty(ctx context.Context, s Store, hireID string, on clock.Date) error {
	return over(ctx, s, hireID, on, domain.Duty.Freeze)
}
