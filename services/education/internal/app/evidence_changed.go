package app

import (
	"context"
)

// EvidenceChanged notes a change of an application's evidence in its history.
func (a *App) EvidenceChanged(ctx context.Context, s Store, applicationID, kind, what string) error {
	application, err := s.Application(applicationID)
	if err != nil {
		return err
	}
	events := application.EvidenceChanged(kind, what)
	if len(events) == 0 {
		return nil
	}
	return s.SaveApplication(ctx, application, events...)
}
