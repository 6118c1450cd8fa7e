package web

import (
	"net/http"
	"strconv"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	"github.com/qiao-platform/qiao/services/console/internal/words"
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
func (s *Site) employerPlaces(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.showPlaces(w, r, p, http.StatusOK, nil)
}

func (s *Site) showPlaces(w http.ResponseWriter, r *http.Request, p *words.Printer, status int, wrong error) error {
	ctx, cancel := asEmployer(r)
	defer cancel()
	own, err := s.Clients.Employment.GetEmployer(ctx, &employmentv1.GetEmployerRequest{EmployerId: r.PathValue("id")})
	if err != nil {
		return err
	}
	reply, err := s.Clients.Housing.ListPlaceRequests(ctx, &housingv1.ListPlaceRequestsRequest{EmployerId: r.PathValue("id")})
	if wrong == nil {
		wrong = err
	}
	b := placesBody{Employer: own, Requests: reply.GetRequests(), Counties: p.CountyCodes(), Asked: r.URL.Query().Get("asked") != "", Err: wrong}
	return s.render(w, r, p, status, "employer_places", page{Title: "places.title", Nav: "housing", Body: b})
}

func (s *Site) askPlaces(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asEmployer(r)
	defer cancel()
	n, err := strconv.ParseInt(r.PostFormValue("places"), 10, 32)
	if err != nil {
		return s.showPlaces(w, r, p, http.StatusUnprocessableEntity, errInput)
	}
	if _, err := s.Clients.Housing.AskPlaces(ctx, &housingv1.AskPlacesRequest{EmployerId: r.PathValue("id"), County: r.PostFormValue("county"), Places: int32(n)}); err != nil {
		return s.showPlaces(w, r, p, http.StatusUnprocessableEntity, err)
	}
	return back(w, r, atEmployer(r)+"/places?asked=yes")
}
