package housing

import (
	"net/http"

	"github.com/qiao-platform/qiao/services/console/internal/frame"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
)

type placesBody struct {
	Employer *employmentv1.GetEmployerResponse
	Requests []*housingv1.PlaceRequest
	Counties []string
	Asked    bool
	Err      error
}

// employerPlaces is where an employer asks for dormitory places for its people:
// a count and no names, since each worker takes a place himself.
func (s *pages) employerPlaces(v *frame.Visit) error {
	return s.showPlaces(v, http.StatusOK, nil)
}

func (s *pages) showPlaces(v *frame.Visit, status int, wrong error) error {
	ctx := v.As(frame.Recruit)
	own, err := s.employment.GetEmployer(ctx, &employmentv1.GetEmployerRequest{EmployerId: v.Path("id")})
	if err != nil {
		return err
	}
	reply, err := s.housing.ListPlaceRequests(ctx, &housingv1.ListPlaceRequestsRequest{EmployerId: v.Path("id")})
	if wrong == nil {
		wrong = err
	}
	b := placesBody{Employer: own, Requests: reply.GetRequests(), Counties: v.P.CountyCodes(), Asked: v.Query("asked") != "", Err: wrong}
	return v.Render(status, "employer_places", frame.Page{Title: "places.title", Nav: "housing", Body: b})
}

func (s *pages) askPlaces(v *frame.Visit) error {
	ctx := v.As(frame.Recruit)
	n, err := v.Whole("places", 100_000)
	if err != nil {
		return s.showPlaces(v, http.StatusUnprocessableEntity, err)
	}
	if _, err := s.housing.AskPlaces(ctx, &housingv1.AskPlacesRequest{EmployerId: v.Path("id"), County: v.Form("county"), Places: n}); err != nil {
		return s.showPlaces(v, http.StatusUnprocessableEntity, err)
	}
	return v.Back("/employers/" + v.Part("id") + "/places?asked=yes")
}
