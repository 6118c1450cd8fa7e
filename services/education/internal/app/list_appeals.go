package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// ListAppeals lists a county's appeals, or those of all that the officer's rights cover, those
// that wait first.
func (a *App) ListAppeals(ctx context.Context, s Store, county string) ([]domain.Appeal, error) {
	if county != "" {
		if err := a.county(county); err != nil {
			return nil, err
		}
		if err := covers(ctx, county); err != nil {
			return nil, err
		}
	}
	all, err := s.Appeals(county)
	if err != nil {
		return nil, err
	}
	return covered(ctx, all, func(one domain.Appeal) string { return one.County })
}
