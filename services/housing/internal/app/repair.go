package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// ReportRepair tells of something broken in a leased home.
func (a *App) ReportRepair(ctx context.Context, s Store, leaseID, what string) (string, error) {
	l, err := ownLease(ctx, s, leaseID)
	if err != nil {
		return "", err
	}
	r, events, err := domain.ReportRepair(a.NewID(), l, what, clock.Today(a.Clock))
	if err != nil {
		return "", err
	}
	return r.ID, s.SaveRepair(ctx, r, events...)
}

// PlanRepair says on which day somebody comes.
func (a *App) PlanRepair(ctx context.Context, s Store, id string, on clock.Date) error {
	return a.mend(ctx, s, id, func(r domain.Repair, today clock.Date) (domain.Repair, []domain.Event, error) {
		return r.Plan(on, today)
	})
}

// FinishRepair says that it was mended.
func (a *App) FinishRepair(ctx context.Context, s Store, id string) error {
	return a.mend(ctx, s, id, domain.Repair.Finish)
}

func (a *App) mend(ctx context.Context, s Store, id string, act func(domain.Repair, clock.Date) (domain.Repair, []domain.Event, error)) error {
	r, err := s.Repair(id)
	if err != nil {
		return err
	}
	if _, err := officer(ctx, r.County); err != nil {
		return auth.Hide(err, domain.ErrRepairUnknown)
	}
	r, events, err := act(r, clock.Today(a.Clock))
	if err != nil {
		return err
	}
	return s.SaveRepair(ctx, r, events...)
}

// ConfirmRepair takes the tenant's word on whether it works.
func (a *App) ConfirmRepair(ctx context.Context, s Store, id string, works bool) error {
	r, err := s.Repair(id)
	if err != nil {
		return err
	}
	if err := auth.Hide(mayActFor(ctx, r.Worker), domain.ErrRepairUnknown); err != nil {
		return err
	}
	r, events, err := r.Confirm(works)
	if err != nil {
		return err
	}
	return s.SaveRepair(ctx, r, events...)
}
