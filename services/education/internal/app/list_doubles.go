package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// ListDoubles lists a round's pairs, those that wait first.
func (a *App) ListDoubles(ctx context.Context, s Store, roundID string) ([]domain.Double, error) {
	r, err := s.PeekRound(roundID)
	if err != nil {
		return nil, err
	}
	if err := covers(ctx, r.County); err != nil {
		return nil, err
	}
	return s.Doubles(roundID)
}
