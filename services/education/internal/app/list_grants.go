package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// ListGrants lists the applications of a county, or of all that the officer's
// rights cover, whose grant waits for approval, by number.
func (a *App) ListGrants(ctx context.Context, s Store, county string) ([]domain.Application, error) {
	if county != "" {
		if err := a.county(county); err != nil {
			return nil, err
		}
		if err := covers(ctx, county); err != nil {
			return nil, err
		}
	}
	all, err := s.Grants(county)
	if err != nil {
		return nil, err
	}
	return covered(ctx, all, func(one domain.Application) string { return one.County })
}
