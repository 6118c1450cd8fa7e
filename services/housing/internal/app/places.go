package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
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
	r.ID, r.AskedOn = a.NewID(), clock.Today(a.Clock)
	r, events, err := domain.AskPlaces(r)
	if err != nil {
		return "", err
	}
	return r.ID, s.SavePlaceRequest(ctx, r, events...)
}

func isEmployer(ctx context.Context, id string) error {
	p, err := auth.From(ctx)
	if err == nil && (p.Kind != auth.Employer || p.Subject != id) {
		err = auth.ErrNotYours
	}
	return err
}

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

// ReadPlaceRequests shows an employer its requests, and an officer those of a
// county: counts, no names.
func (a *App) ReadPlaceRequests(ctx context.Context, s Store, employer, county string) ([]domain.PlaceRequest, error) {
	p, err := auth.From(ctx)
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
