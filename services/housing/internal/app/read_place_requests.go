package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// ReadPlaceRequests shows an employer its requests, and an officer those of a
// county: counts, no names.
func (a *App) ReadPlaceRequests(ctx context.Context, s Store, employer, county string) ([]domain.PlaceRequest, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	if p.Kind == auth.Employer {
		return s.PlaceRequests(p.Subject, county)
	}
	if _, err := officer(ctx, county); err != nil {
		return nil, err
	}
	return s.PlaceRequests(employer, county)
}
