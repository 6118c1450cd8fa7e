package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/insurance/internal/domain"
)

// ListCover shows the worker the own duties and covers.
func (a *App) ListCover(ctx context.Context, s Store, worker string) ([]domain.Duty, []domain.Cover, error) {
	if _, err := auth.ActingFor(ctx, worker); err != nil {
		return nil, nil, err
	}
	duties, err := s.DutiesOf(worker)
	if err != nil {
		return nil, nil, err
	}
	covers, err := s.CoversOf(worker)
	return duties, covers, err
}
