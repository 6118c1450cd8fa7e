package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// ListCorrections lists a round's corrections, the newest first.
func (a *App) ListCorrections(ctx context.Context, s Store, roundID string) ([]domain.Correction, error) {
	r, err := s.PeekRound(roundID)
	if err != nil {
		return nil, err
	}
	if err := covers(ctx, r.County); err != nil {
		return nil, err
	}
	return s.Corrections(roundID)
}
