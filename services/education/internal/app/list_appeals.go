package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// ListAppeals lists a county's appeals, those that wait first.
func (a *App) ListAppeals(ctx context.Context, s Store, county string) ([]domain.Appeal, error) {
	if county != "" {
		if err := a.county(county); err != nil {
			return nil, err
		}
	}
	if err := covers(ctx, county); err != nil {
		return nil, err
	}
	return s.Appeals(county)
}
