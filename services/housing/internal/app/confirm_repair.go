package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

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
