package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// GrantPlaces says how many of the places are given.
func (a *App) GrantPlaces(ctx context.Context, s Store, id string, places int) error {
	r, err := s.PlaceRequest(id)
	if err != nil {
		return err
	}
	if _, err := officer(ctx, r.County); err != nil {
		return auth.Hide(err, domain.ErrPlacesUnknown)
	}
	r, events, err := r.Grant(places)
	if err != nil {
		return err
	}
	return s.SavePlaceRequest(ctx, r, events...)
}
