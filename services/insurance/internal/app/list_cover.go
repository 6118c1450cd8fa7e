package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/insurance/internal/domain"
)

// ListCover shows the worker the own duties and covers. What somebody sees of them who
// acts in the worker's name, at a counter or as a helper, is in the worker's access log.
func (a *App) ListCover(ctx context.Context, s Store, worker string) ([]domain.Duty, []domain.Cover, error) {
	p, err := auth.ActingFor(ctx, worker)
	if err != nil {
		return nil, nil, err
	}
	duties, err := s.DutiesOf(worker)
	if err != nil {
		return nil, nil, err
	}
	covers, err := s.CoversOf(worker)
	if err != nil || p.ActsHimself(worker) || len(duties) == 0 {
		return duties, covers, err
	}
	seen := duties[len(duties)-1]
	return duties, covers, s.Read(ctx, seen.Worker, seen.Division, seen.ID, "insurance_months")
}
