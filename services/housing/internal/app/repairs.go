package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

func (a *App) mend(ctx context.Context, s Store, id string, act func(domain.Repair, clock.Date) (domain.Repair, []domain.Event, error)) error {
	r, err := s.Repair(id)
	if err != nil {
		return err
	}
	if _, err := officer(ctx, r.County); err != nil {
		return auth.Hide(err, domain.ErrRepairUnknown)
	}
	r, events, err := act(r, a.today())
	if err != nil {
		return err
	}
	return s.SaveRepair(ctx, r, events...)
}
