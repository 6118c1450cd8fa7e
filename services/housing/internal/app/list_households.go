package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// ListHouseholds lists a list's pairs, those that wait first.
func (a *App) ListHouseholds(ctx context.Context, s Store, county string, kind domain.Kind) ([]domain.Double, error) {
	if _, err := officer(ctx, county); err != nil {
		return nil, err
	}
	return s.Doubles(county, kind)
}
