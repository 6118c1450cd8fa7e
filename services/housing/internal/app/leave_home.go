package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// LeaveHome ends a lease by the tenant's own wish, without an officer. Nobody
// does it for him, neither a helper nor a counter: else it would be a way
// around notice, decision and appeal.
func (a *App) LeaveHome(ctx context.Context, s Store, leaseID string, on clock.Date) error {
	l, err := ownLease(ctx, s, leaseID)
	if err != nil {
		return err
	}
	if p, err := auth.FromContext(ctx); err != nil || !p.ActsHimself(l.Worker) {
		return domain.ErrLeaveOther
	}
	exits, err := s.ExitsOf(leaseID)
	if err != nil {
		return err
	}
	for _, e := range exits {
		if !e.Pending() {
			continue
		}
		if err := s.SaveExit(ctx, e.Gone()); err != nil {
			return err
		}
	}
	return a.leave(ctx, s, l, on)
}
