package api

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// RegisterEmployer records an employer.
func (s *Server) RegisterEmployer(ctx context.Context, req *employmentv1.RegisterEmployerRequest) (*employmentv1.RegisterEmployerResponse, error) {
	return command(ctx, s, func(st app.Store) (*employmentv1.RegisterEmployerResponse, error) {
		e, outcome, err := s.App.RegisterEmployer(ctx, st, app.Firm{
			Kind: req.GetKind(), USCC: req.GetUscc(), Name: req.GetName(), IndustrySection: req.GetIndustrySection(), County: req.GetCounty(), Phone: req.GetPhone(),
		})
		return &employmentv1.RegisterEmployerResponse{EmployerId: e.ID, Outcome: outcome, ManualCheck: e.ManualCheck}, err
	})
}

// PublishVacancy publishes a vacancy.
func (s *Server) PublishVacancy(ctx context.Context, req *employmentv1.PublishVacancyRequest) (*employmentv1.PublishVacancyResponse, error) {
	out, err := command(ctx, s, func(st app.Store) (*employmentv1.PublishVacancyResponse, error) {
		id, outcome, err := s.App.PublishVacancy(ctx, st, post(req))
		return &employmentv1.PublishVacancyResponse{VacancyId: id, Outcome: outcome}, err
	})
	if !errors.Is(err, domain.ErrClerk) {
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
	return command(ctx, s, func(st app.Store) (*employmentv1.CloseVacancyResponse, error) {
		return &employmentv1.CloseVacancyResponse{}, s.App.CloseVacancy(ctx, st, req.GetVacancyId())
	})
}

// ListApplicants shows an employer the queue of its vacancy: application
// numbers with skills, certificates and availability. A name can tell an
// origin, so there is none. What is shown of a worker is written to the
// worker's access log, once a day.
func (s *Server) ListApplicants(ctx context.Context, req *employmentv1.ListApplicantsRequest) (*employmentv1.ListApplicantsResponse, error) {
	out := &employmentv1.ListApplicantsResponse{}
	err := s.Log.DB().Update(ctx, func(tx *sqldb.Tx) error {
		st := s.In(tx)
		if err := s.App.MaySeeApplicants(ctx, st, req.GetVacancyId()); err != nil {
			return err
		}
		all, err := st.Applicants(req.GetVacancyId())
		if err != nil {
			return err
		}
		out.Applicants = nil // a repeated transaction begins anew
		for _, a := range all {
			one, err := s.applicant(st, a)
			if err != nil {
				return err
			}
			if err := s.logLook(ctx, tx, a, one); err != nil {
				return err
			}
			out.Applicants = append(out.Applicants, one)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// logLook tells the worker's access log what an employer sees of an
// application. The day stands in the line's name, so that looking at a list
// again and again does not bury the log.
func (s *Server) logLook(ctx context.Context, tx *sqldb.Tx, a domain.Application, shown *employmentv1.Applicant) error {
	var kinds []string
	if len(shown.GetSkills()) > 0 {
		kinds = append(kinds, "skills")
	}
	if len(shown.GetQualifications())+len(shown.GetPaperCertificates()) > 0 {
		kinds = append(kinds, evidence.Certificate)
	}
	if len(kinds) == 0 {
		return nil
	}
	p, err := auth.From(ctx)
	if err != nil {
		return err
	}
	line := "look:" + a.ID + ":" + clock.Today(s.App.Clock).String()
	if seen, err := s.In(tx).Told(line); err != nil || seen {
		return err
	}
	return s.Log.Append(ctx, tx, outbox.Subject{Aggregate: line, Worker: a.Worker, Division: a.County}, &platformv1.RecordRead{
		ReaderKind: string(p.Kind), Reader: a.EmployerID, Purpose: p.Purpose, LegalBasis: p.LegalBasis, Kinds: kinds, CaseId: a.ID,
	})
}

// MakeOffer offers the employer's post to an applicant.
func (s *Server) MakeOffer(ctx context.Context, req *employmentv1.MakeOfferRequest) (*employmentv1.MakeOfferResponse, error) {
	return command(ctx, s, func(st app.Store) (*employmentv1.MakeOfferResponse, error) {
		id, err := s.App.MakeOffer(ctx, st, req.GetApplicationId(), req.GetWageFen(), req.GetStartOn(), req.GetEndOn())
		return &employmentv1.MakeOfferResponse{OfferId: id}, err
	})
}
