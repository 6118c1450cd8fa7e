package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/proto/contract"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
)

// Apply sends an application. For a vacancy with hazards the registry is asked
// first, outside any transaction, and only whether the worker is of age.
func (s *Server) Apply(ctx context.Context, req *employmentv1.ApplyRequest) (*employmentv1.ApplyResponse, error) {
	var question app.AgeQuestion
	err := s.view(ctx, func(st app.Store) (err error) {
		question, err = s.App.BeforeApplying(ctx, st, req.GetWorker(), req.GetVacancyId())
		return err
	})
	if err != nil {
		return nil, err
	}
	id := s.App.NewID()
	reached, err := ofAge(ctx, s.Caller, s.Outbox.Service(), req.GetWorker(), id, question)
	if err != nil {
		return nil, err
	}
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.ApplyResponse, error) {
		a, outcome, err := s.App.Apply(ctx, st, id, req.GetWorker(), req.GetVacancyId(), question, reached)
		return &employmentv1.ApplyResponse{ApplicationId: a.ID, Outcome: outcome, SubmittedAt: sqldb.Micros(a.SubmittedAt)}, err
	})
}

// ofAge asks the registry; the worker sees the question in the access log,
// under the application's number.
func ofAge(ctx context.Context, registry contract.Caller, service, worker, applicationID string, q app.AgeQuestion) (bool, error) {
	if q.Age == 0 {
		return false, nil
	}
	ctx = rpc.As(ctx, auth.Principal{Kind: auth.Service, Subject: service, Purpose: "age_check", LegalBasis: "未成年人保护法(2024) 61; 劳动法(2018) 64", Via: auth.ViaSystem})
	answer, err := registryv1.RegistryClient{Caller: registry, Target: "registry"}.CheckAge(ctx, &registryv1.CheckAgeRequest{
		Worker: worker, MinAge: int32(q.Age), On: q.On.String(), CaseId: applicationID,
	})
	return answer.GetReached(), err
}

// WithdrawApplication ends an application before an offer is accepted.
func (s *Server) WithdrawApplication(ctx context.Context, req *employmentv1.WithdrawApplicationRequest) (*employmentv1.WithdrawApplicationResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.WithdrawApplicationResponse, error) {
		return &employmentv1.WithdrawApplicationResponse{}, s.App.WithdrawApplication(ctx, st, req.GetApplicationId())
	})
}

// ListApplications shows the worker the own applications, newest first, each
// with its newest offer.
func (s *Server) ListApplications(ctx context.Context, req *employmentv1.ListApplicationsRequest) (*employmentv1.ListApplicationsResponse, error) {
	out := &employmentv1.ListApplicationsResponse{}
	err := s.reading(ctx, req.GetWorker(), func(st app.Store) error {
		out.Reset() // a transaction may run again
		all, err := s.App.ListApplications(ctx, st, req.GetWorker())
		for _, l := range all {
			out.Applications = append(out.Applications, application(l))
		}
		return err
	})
	return out, err
}

// AcceptOffer is the worker's acceptance.
func (s *Server) AcceptOffer(ctx context.Context, req *employmentv1.AcceptOfferRequest) (*employmentv1.AcceptOfferResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.AcceptOfferResponse, error) {
		id, err := s.App.AcceptOffer(ctx, st, req.GetOfferId())
		return &employmentv1.AcceptOfferResponse{HireId: id}, err
	})
}

// DeclineOffer is the worker's no.
func (s *Server) DeclineOffer(ctx context.Context, req *employmentv1.DeclineOfferRequest) (*employmentv1.DeclineOfferResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.DeclineOfferResponse, error) {
		return &employmentv1.DeclineOfferResponse{}, s.App.DeclineOffer(ctx, st, req.GetOfferId())
	})
}

// UndoAcceptance takes back an acceptance that somebody else gave.
func (s *Server) UndoAcceptance(ctx context.Context, req *employmentv1.UndoAcceptanceRequest) (*employmentv1.UndoAcceptanceResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.UndoAcceptanceResponse, error) {
		return &employmentv1.UndoAcceptanceResponse{}, s.App.UndoAcceptance(ctx, st, req.GetOfferId())
	})
}
