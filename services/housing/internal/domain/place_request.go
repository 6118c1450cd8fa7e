package domain

import (
	"github.com/qiao-platform/qiao/pkg/clock"
)

// PlaceRequest is an employer's request for dormitory places for its workers,
// each of whom applies, is offered and accepts for himself. It names nobody.
type PlaceRequest struct {
	ID, Employer, County string
	Asked, Granted       int
	Taken                int // by workers who hold an offer or more
	AskedOn              clock.Date
	Version              int64
}

// AskPlaces asks for places.
func AskPlaces(r PlaceRequest) (PlaceRequest, []Event, error) {
	if r.Asked < 1 || r.Asked > mostPlaces {
		return r, nil, ErrPlaces
	}
	return r, []Event{PlacesAsked{RequestID: r.ID, EmployerID: r.Employer, Places: r.Asked}}, nil
}

// The most dormitory places of one request: a guard against slips, no policy.
const mostPlaces = 5000

// Grant says how many places are given, never fewer than are taken.
func (r PlaceRequest) Grant(places int) (PlaceRequest, []Event, error) {
	switch {
	case places < 0 || places > r.Asked:
		return r, nil, ErrPlaces
	case places < r.Taken:
		return r, nil, ErrPlacesBelow
	}
	r.Granted = places
	return r, []Event{PlacesGranted{RequestID: r.ID, Places: places}}, nil
}

// Take counts a worker who is offered one of the places.
func (r PlaceRequest) Take() error {
	if r.Taken >= r.Granted {
		return ErrPlacesTaken
	}
	return nil
}
