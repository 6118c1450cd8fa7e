package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
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

// ApproveGrant approves a grant that was asked for. All full-time pupils have a
// claim to free tuition (SC-06), so that nobody is refused by it.
func (a *App) ApproveGrant(ctx context.Context, s Store, applicationID string) error {
	application, err := s.Application(applicationID)
	if err != nil {
		return err
	}
	if err := auth.Hide(covers(ctx, application.County), domain.ErrApplicationUnknown); err != nil {
		return err
	}
	application, events, err := application.ApproveGrant()
	if err != nil {
		return err
	}
	return s.SaveApplication(ctx, application, events...)
}

// ListGrants lists the applications of a county, or of all, whose grant waits
// for approval, by number.
func (a *App) ListGrants(ctx context.Context, s Store, county string) ([]domain.Application, error) {
	if county != "" {
		if err := a.county(county); err != nil {
			return nil, err
		}
	}
	if err := covers(ctx, county); err != nil {
		return nil, err
	}
	return s.Grants(county)
}
