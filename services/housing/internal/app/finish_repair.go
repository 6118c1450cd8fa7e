package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// FinishRepair says that it was mended.
func (a *App) FinishRepair(ctx context.Context, s Store, id string) error {
	return a.mend(ctx, s, id, domain.Repair.Finish)
}
