package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// AppealExit takes a decision to a third officer; the tenant stays meanwhile.
func (a *App) AppealExit(ctx context.Context, s Store, id string) error {
	return ownExit(ctx, s, id, func(e domain.Exit) (domain.Exit, []domain.Event, error) { return e.Appeal(a.today()) })
}
