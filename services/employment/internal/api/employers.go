package api

import (
	"context"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// RegisterEmployer records an employer.
func (s *Server) RegisterEmployer(ctx context.Context, req *employmentv1.RegisterEmployerRequest) (*employmentv1.RegisterEmployerResponse, error) {
	return command(ctx, s, func(st app.Store) (*employmentv1.RegisterEmployerResponse, error) {
		e, outcome, err := s.App.RegisterEmployer(ctx, st, app.Firm{
			USCC: req.GetUscc(), Name: req.GetName(), IndustrySection: req.GetIndustrySection(), County: req.GetCounty(), Phone: req.GetPhone(),
		})
		return &employmentv1.RegisterEmployerResponse{EmployerId: e.ID, Outcome: outcome, ManualCheck: e.ManualCheck}, err
	})
}

// PublishVacancy publishes a vacancy.
func (s *Server) PublishVacancy(ctx context.Context, req *employmentv1.PublishVacancyRequest) (*employmentv1.PublishVacancyResponse, error) {
	return command(ctx, s, func(st app.Store) (*employmentv1.PublishVacancyResponse, error) {
		id, outcome, err := s.App.PublishVacancy(ctx, st, app.Post{
			USCC: req.GetUscc(), SeasonFrom: req.GetSeasonFrom(), SeasonTo: req.GetSeasonTo(),
			Terms: domain.Terms{
				Title: req.GetTitle(), Occupation: req.GetOccupation(), Headcount: int(req.GetHeadcount()),
				WageMinFen: req.GetWageMinFen(), WageMaxFen: req.GetWageMaxFen(), County: req.GetCounty(),
				Housing: req.GetHousing(), Meals: req.GetMeals(), Requirements: req.GetRequirements(), Reference: req.GetReference(),
			},
		})
		return &employmentv1.PublishVacancyResponse{VacancyId: id, Outcome: outcome}, err
	})
}

// CloseVacancy takes a vacancy from search.
func (s *Server) CloseVacancy(ctx context.Context, req *employmentv1.CloseVacancyRequest) (*employmentv1.CloseVacancyResponse, error) {
	return command(ctx, s, func(st app.Store) (*employmentv1.CloseVacancyResponse, error) {
		return &employmentv1.CloseVacancyResponse{}, s.App.CloseVacancy(ctx, st, req.GetVacancyId())
	})
}

// ListApplicants shows an employer the queue of its vacancy, by application
// number only.
func (s *Server) ListApplicants(ctx context.Context, req *employmentv1.ListApplicantsRequest) (*employmentv1.ListApplicantsResponse, error) {
	out := &employmentv1.ListApplicantsResponse{}
	err := s.view(ctx, func(st app.Store) error {
		if err := s.App.MaySeeApplicants(ctx, st, req.GetVacancyId()); err != nil {
			return err
		}
		all, err := st.Applicants(req.GetVacancyId())
		for _, a := range all {
			out.Applicants = append(out.Applicants, applicant(a))
		}
		return err
	})
	return out, err
}

// MakeOffer offers the employer's post to an applicant.
func (s *Server) MakeOffer(ctx context.Context, req *employmentv1.MakeOfferRequest) (*employmentv1.MakeOfferResponse, error) {
	return command(ctx, s, func(st app.Store) (*employmentv1.MakeOfferResponse, error) {
		id, err := s.App.MakeOffer(ctx, st, req.GetApplicationId(), req.GetWageFen(), req.GetStartOn(), req.GetEndOn())
		return &employmentv1.MakeOfferResponse{OfferId: id}, err
	})
}
