package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// ConfirmPriority takes what an officer of the county found of that word.
func (a *App) ConfirmPriority(ctx context.Context, s Store, applicationID string, found domain.Priority) error {
	application, err := lockApplication(ctx, s, applicationID)
	if err != nil {
		return err
	}
	application, events, err := application.ConfirmPriority(found, a.today())
	if err != nil {
		return err
	}
	return s.SaveApplication(ctx, application, events...)
}
