package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// LookAfterJob asks a person to look at a dormitory stay whose worker left his job.
func (a *App) LookAfterJob(ctx context.Context, s Store, leaseID string) error {
	l, err := s.Lease(leaseID)
	if err != nil || !l.Live() {
		return err
	}
	return a.openReview(ctx, s, l, domain.GroundJobLeft)
}
