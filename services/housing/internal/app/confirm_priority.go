package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// ConfirmPriority takes what an officer of the county found of that word.
func (a *App) ConfirmPriority(ctx context.Context, s Store, applicationID string, found domain.Priority) error {
	seen, err := s.PeekApplication(applicationID)
	if err != nil {
		return err
	}
	if _, err := officer(ctx, seen.County); err != nil {
		return auth.Hide(err, domain.ErrApplicationUnknown)
	}
	application, err := s.Application(applicationID)
	if err != nil {
		return err
	}
	application, events, err := application.ConfirmPriority(found, a.today())
	if err != nil {
		return err
	}
	return s.SaveApplication(ctx, application, events...)
}
