package app

import (
	"context"
)

// EvidenceChanged notes a change of an application's evidence, and reopens a
// decision that lost its ground.
func (a *App) EvidenceChanged(ctx context.Context, s Store, applicationID, kind, what string) error {
	application, err := s.Application(applicationID)
	if err != nil {
		return err
	}
	application, events := application.EvidenceChanged(kind, what)
	if len(events) == 0 {
		return nil
	}
	return s.SaveApplication(ctx, application, events...)
}
