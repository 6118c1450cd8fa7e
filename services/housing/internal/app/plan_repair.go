package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// PlanRepair says on which day somebody comes.
func (a *App) PlanRepair(ctx context.Context, s Store, id string, on clock.Date) error {
	return a.mend(ctx, s, id, func(r domain.Repair, today clock.Date) (domain.Repair, []domain.Event, error) {
		return r.Plan(on, today)
	})
}
