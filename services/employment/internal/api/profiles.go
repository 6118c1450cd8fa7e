package api

import (
	"context"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// SetProfile saves the worker's own wishes.
func (s *Server) SetProfile(ctx context.Context, req *employmentv1.SetProfileRequest) (*employmentv1.SetProfileResponse, error) {
	return commandOrCheck(ctx, s.Room, req.GetCheckOnly(), func(st app.Store) (*employmentv1.SetProfileResponse, error) {
		said, err := s.App.SetProfile(ctx, st, req.GetWorker(), Wished(req))
		return &employmentv1.SetProfileResponse{Outcome: said.Outcome, Differs: said.Differs}, err
	})
}

// Wished reads a request's wishes.
func Wished(req *employmentv1.SetProfileRequest) app.Wished {
	return app.Wished{
		Wishes: domain.Wishes{
			Occupation: req.GetOccupation(), WageMinFen: req.GetWageMinFen(), Education: req.GetEducation(), NeedsHousing: req.GetNeedsHousing(), NeedsMeals: req.GetNeedsMeals(),
			County: req.GetCounty(), Township: req.GetTownship(), Skills: req.GetSkills(), Papers: req.GetPaperCertificates(),
		},
		From: req.GetAvailableFrom(), To: req.GetAvailableTo(), Only: req.GetOnly(),
	}
}

// GetProfile shows the worker the own wishes and shared qualifications.
func (s *Server) GetProfile(ctx context.Context, req *employmentv1.GetProfileRequest) (*employmentv1.GetProfileResponse, error) {
	out := &employmentv1.GetProfileResponse{}
	err := s.reading(ctx, req.GetWorker(), func(st app.Store) error {
		p, held, err := s.App.SeeProfile(ctx, st, req.GetWorker())
		if err == nil {
			out.Profile = profile(p, held)
		}
		return err
	})
	return out, err
}
