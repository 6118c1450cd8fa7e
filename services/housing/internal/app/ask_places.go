package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// AskPlaces asks for dormitory places for an employer's workers. It names
// nobody: each worker applies and accepts for himself.
func (a *App) AskPlaces(ctx context.Context, s Store, r domain.PlaceRequest) (string, error) {
	if err := a.county(r.County); err != nil {
		return "", err
	}
	if err := isEmployer(ctx, r.Employer); err != nil {
		return "", err
	}
	r.ID, r.AskedOn = a.NewID(), a.today()
	r, events, err := domain.AskPlaces(r)
	if err != nil {
		return "", err
	}
	return r.ID, s.SavePlaceRequest(ctx, r, events...)
}
