package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// ListSeasonalNeed gives the sums of what employers need.
func (a *App) ListSeasonalNeed(ctx context.Context, s Store, q NeedQuery) ([]domain.NeedSum, error) {
	if err := a.maySum(ctx, s, q); err != nil {
		return nil, err
	}
	return s.NeedSums(q)
}

// maySum returns nil for what the caller may see of the reported needs: an
// employer its own lines, everybody else only the sums of all.
func (a *App) maySum(ctx context.Context, s Store, q NeedQuery) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	for _, m := range []string{q.FromMonth, q.ToMonth} {
		if _, err := clock.ParseDate(m + "-01"); m != "" && err != nil {
			return domain.ErrNeedMonth
		}
	}
	if _, ok := a.Codes.County(q.County); q.County != "" && !ok {
		return domain.ErrCounty
	}
	if p.Kind == auth.Employer {
		e, err := s.Employer(q.EmployerID)
		if err != nil {
			return err
		}
		return auth.Hide(MayManage(ctx, e, e.County), domain.ErrEmployerUnknown)
	}
	if q.EmployerID != "" {
		return auth.ErrNotYours
	}
	return nil
}
