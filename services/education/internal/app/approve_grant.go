package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

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
