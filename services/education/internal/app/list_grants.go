package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// ListGrants lists the applications of a county, or of all, whose grant waits
// for approval, by number.
func (a *App) ListGrants(ctx context.Context, s Store, county string) ([]domain.Application, error) {
	if county != "" {
		if err := a.county(county); err != nil {
			return nil, err
		}
	}
	if err := covers(ctx, county); err != nil {
		return nil, err
	}
	return s.Grants(county)
}
