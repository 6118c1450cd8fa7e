package app

import (
	"context"
)

// AskGrant asks for the grant of a vocational school, by the guardian's act.
func (a *App) AskGrant(ctx context.Context, s Store, applicationID string) error {
	if _, err := a.guarded(ctx, s, applicationID); err != nil {
		return err
	}
	application, err := s.Application(applicationID)
	if err != nil {
		return err
	}
	application, events, err := application.AskGrant()
	if err != nil {
		return err
	}
	return s.SaveApplication(ctx, application, events...)
}
