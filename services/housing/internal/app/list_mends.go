package app

import (
	"context"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// ListMends lists a round's corrections, and who stands first in its county.
func (a *App) ListMends(ctx context.Context, s Store, id string) ([]domain.Correction, []domain.Relief, error) {
	r, err := s.PeekRound(id)
	if err != nil {
		return nil, nil, err
	}
	if _, err := officer(ctx, r.County); err != nil {
		return nil, nil, auth.Hide(err, domain.ErrRoundUnknown)
	}
	corrections, err := s.Corrections(id)
	if err != nil {
		return nil, nil, err
	}
	reliefs, err := s.Reliefs(r.County)
	slices.SortFunc(reliefs, func(a, b domain.Relief) int { return strings.Compare(a.DueOn.String(), b.DueOn.String()) })
	return corrections, reliefs, err
}
