package api

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// RegisterEmployer records an employer.
func (s *Server) RegisterEmployer(ctx context.Context, req *employmentv1.RegisterEmployerRequest) (*employmentv1.RegisterEmployerResponse, error) {
	return commandOrCheck(ctx, s.Room, req.GetCheckOnly(), func(st app.Store) (*employmentv1.RegisterEmployerResponse, error) {
		e, said, err := s.App.RegisterEmployer(ctx, st, app.Firm{
			Kind: req.GetKind(), USCC: req.GetUscc(), Name: req.GetName(), IndustrySection: req.GetIndustrySection(), County: req.GetCounty(), Phone: req.GetPhone(),
		})
		return &employmentv1.RegisterEmployerResponse{EmployerId: e.ID, Outcome: said.Outcome, ManualCheck: e.ManualCheck, Differs: said.Differs}, err
	})
}

// PublishVacancy publishes a vacancy.
func (s *Server) PublishVacancy(ctx context.Context, req *employmentv1.PublishVacancyRequest) (*employmentv1.PublishVacancyResponse, error) {
	out, err := commandOrCheck(ctx, s.Room, req.GetCheckOnly(), func(st app.Store) (*employmentv1.PublishVacancyResponse, error) {
		said, err := s.App.PublishVacancy(ctx, st, post(req), req.GetCheckOnly())
		return &employmentv1.PublishVacancyResponse{VacancyId: said.ID, Outcome: said.Outcome, Differs: said.Differs, Notes: said.Notes}, err
	})
	if !errors.Is(err, domain.ErrClerk) || req.GetCheckOnly() {
		return out, err
	}
	// Only a clerk can tell what the law's limit means here: the text goes there
	// by itself, and not under the command's key, which is that of another answer.
	asked, failed := s.AskClerk(outbox.WithKey(ctx, outbox.Key{}), &employmentv1.AskClerkRequest{Vacancy: req})
	if failed != nil {
		return nil, failed
	}
	return nil, errs.From(err).With("review", asked.GetReviewId())
}

// CloseVacancy takes a vacancy from search.
func (s *Server) CloseVacancy(ctx context.Context, req *employmentv1.CloseVacancyRequest) (*employmentv1.CloseVacancyResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.CloseVacancyResponse, error) {
		return &employmentv1.CloseVacancyResponse{}, s.App.CloseVacancy(ctx, st, req.GetVacancyId())
	})
}

// ListApplicants shows an employer the queue of its vacancy: application
// numbers with skills, certificates and availability. A name can tell an
// origin, so there is none.
func (s *Server) ListApplicants(ctx context.Context, req *employmentv1.ListApplicantsRequest) (out *employmentv1.ListApplicantsResponse, err error) {
	err = s.update(ctx, func(st app.Store) error {
		out = &employmentv1.ListApplicantsResponse{} // a transaction may run again
		all, err := s.App.SeeApplicants(ctx, st, req.GetVacancyId())
		for _, x := range all {
			out.Applicants = append(out.Applicants, applicant(x))
		}
		return err
	})
	return out, err
}

// MakeOffer offers the employer's post to an applicant.
func (s *Server) MakeOffer(ctx context.Context, req *employmentv1.MakeOfferRequest) (*employmentv1.MakeOfferResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.MakeOfferResponse, error) {
		id, notes, err := s.App.MakeOffer(ctx, st, req.GetApplicationId(), req.GetWageFen(), req.GetStartOn(), req.GetEndOn())
		return &employmentv1.MakeOfferResponse{OfferId: id, Notes: notes}, err
	})
}
