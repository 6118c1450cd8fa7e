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
	return commandOrCheck(ctx, s, req.GetCheckOnly(), func(st app.Store) (*employmentv1.RegisterEmployerResponse, error) {
		e, said, err := s.App.RegisterEmployer(ctx, st, app.Firm{
			Kind: req.GetKind(), USCC: req.GetUscc(), Name: req.GetName(), IndustrySection: req.GetIndustrySection(), County: req.GetCounty(), Phone: req.GetPhone(),
		})
		return &employmentv1.RegisterEmployerResponse{EmployerId: e.ID, Outcome: said.Outcome, ManualCheck: e.ManualCheck, Differs: said.Differs}, err
	})
}

// PublishVacancy publishes a vacancy.
func (s *Server) PublishVacancy(ctx context.Context, req *employmentv1.PublishVacancyRequest) (*employmentv1.PublishVacancyResponse, error) {
	out, err := commandOrCheck(ctx, s, req.GetCheckOnly(), func(st app.Store) (*employmentv1.PublishVacancyResponse, error) {
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
	var looks []look
	err := s.view(ctx, func(st app.Store) error {
		if err := s.App.MaySeeApplicants(ctx, st, req.GetVacancyId()); err != nil {
			return err
		}
		all, err := st.Applicants(req.GetVacancyId())
		if err != nil {
			return err
		}
		for _, a := range all {
			one, err := s.applicant(st, a)
			if err != nil {
				return err
			}
			out.Applicants = append(out.Applicants, one)
			if l := s.look(a, one); len(l.kinds) > 0 {
				looks = append(looks, l)
			}
		}
		looks, err = untold(st, looks)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(looks) == 0 {
		return out, nil
	}
	return out, s.Log.DB().Update(ctx, func(tx *sqldb.Tx) error { return s.logLooks(ctx, tx, looks) })
}

// look is what an employer sees of an application.
type look struct {
	domain.Application
	line  string // its name: the day stands in it, so that looking again and again does not bury the log
	kinds []string
}

func (s *Server) look(a domain.Application, shown *employmentv1.Applicant) look {
	l := look{Application: a, line: "look:" + a.ID + ":" + clock.Today(s.App.Clock).String()}
	if len(shown.GetSkills()) > 0 {
		l.kinds = append(l.kinds, "skills")
	}
	if len(shown.GetQualifications())+len(shown.GetPaperCertificates()) > 0 {
		l.kinds = append(l.kinds, evidence.Certificate)
	}
	return l
}

// untold leaves those that no line tells of yet.
func untold(st app.Store, looks []look) (left []look, err error) {
	for _, l := range looks {
		told, err := st.Told(l.line)
		if err != nil {
			return nil, err
		}
		if !told {
			left = append(left, l)
		}
	}
	return left, nil
}

// logLooks writes what is not told yet to the workers' access logs.
func (s *Server) logLooks(ctx context.Context, tx *sqldb.Tx, looks []look) error {
	p, err := auth.From(ctx)
	if err != nil {
		return err
	}
	if looks, err = untold(s.In(tx), looks); err != nil {
		return err
	}
	for _, l := range looks {
		err := s.Log.Append(ctx, tx, outbox.Subject{Aggregate: l.line, Worker: l.Worker, Division: l.County}, &platformv1.RecordRead{
			ReaderKind: string(p.Kind), Reader: l.EmployerID, Purpose: p.Purpose, LegalBasis: p.LegalBasis, Kinds: l.kinds, CaseId: l.ID,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// MakeOffer offers the employer's post to an applicant.
func (s *Server) MakeOffer(ctx context.Context, req *employmentv1.MakeOfferRequest) (*employmentv1.MakeOfferResponse, error) {
	return command(ctx, s, func(st app.Store) (*employmentv1.MakeOfferResponse, error) {
		id, notes, err := s.App.MakeOffer(ctx, st, req.GetApplicationId(), req.GetWageFen(), req.GetStartOn(), req.GetEndOn())
		return &employmentv1.MakeOfferResponse{OfferId: id, Notes: notes}, err
	})
}
