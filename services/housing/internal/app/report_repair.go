package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// ReportRepair tells of something broken in a leased home.
func (a *App) ReportRepair(ctx context.Context, s Store, leaseID, what string) (string, error) {
	l, err := ownLease(ctx, s, leaseID)
	if err != nil {
		return "", err
	}
	r, events, err := domain.ReportRepair(a.NewID(), l, what, a.today())
	if err != nil {
		return "", err
	}
	return r.ID, s.SaveRepair(ctx, r, events...)
}
