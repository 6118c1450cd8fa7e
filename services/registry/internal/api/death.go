package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// ProposeDeath opens a case to record a death.
func (s *Server) ProposeDeath(ctx context.Context, req *registryv1.ProposeDeathRequest) (*registryv1.ProposeDeathResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.ProposeDeathResponse, error) {
		id, err := s.App.ProposeDeath(ctx, st, req.GetWorker(), req.GetDiedOn(), domain.Grounds{Reason: req.GetReasonCode(), Paper: req.GetPaper()})
		return &registryv1.ProposeDeathResponse{CaseId: id}, err
	})
}

// ListDeathCases lists what waits, and what is recorded.
func (s *Server) ListDeathCases(ctx context.Context, _ *registryv1.ListDeathCasesRequest) (*registryv1.ListDeathCasesResponse, error) {
	out := &registryv1.ListDeathCasesResponse{}
	err := s.view(ctx, func(st app.Store) error {
		all, view, err := s.App.DeathCases(ctx, st)
		for _, c := range all {
			out.Cases = append(out.Cases, deathFor(c, view(c)))
		}
		return err
	})
	return out, err
}

// deathFor writes a case for a reader: who may not know the person sees that there is
// a case, and no more.
func deathFor(c domain.DeathCase, v app.DeathView) *registryv1.DeathCase {
	one := &registryv1.DeathCase{
		CaseId: c.ID, County: c.County, DiedOn: c.DiedOn.String(), ReasonCode: c.Grounds.Reason, Paper: c.Grounds.Paper, Officer: c.Officer, MadeAt: sqldb.Micros(c.MadeAt),
		Decidable: v.Decides, State: c.State, DecidedBy: c.DecidedBy, DecidedAt: micros(c.DecidedAt), RefusalReasonCode: c.Refusal, ObjectedAt: micros(c.ObjectedAt),
		ReversedBy: c.ReversedBy, ReversedAt: micros(c.ReversedAt), ShownPaper: c.Shown, Confirmable: v.Confirms, ConfirmedBy: c.ConfirmedBy, ConfirmedAt: micros(c.ConfirmedAt),
	}
	if v.Knows {
		one.Worker = c.Worker
	}
	return one
}

// GetDeathCase shows one case to an officer who works on it.
func (s *Server) GetDeathCase(ctx context.Context, req *registryv1.GetDeathCaseRequest) (*registryv1.GetDeathCaseResponse, error) {
	c, err := s.App.ReadDeathCase(ctx, req.GetCaseId())
	if err != nil {
		return nil, err
	}
	out := &registryv1.GetDeathCaseResponse{Case: deathFor(c.Case, c.View)}
	if c.Worker.ID != "" {
		out.Name, out.DocumentLast4 = c.Person.Name.Reveal(), c.Person.Document.Last4()
	}
	return out, nil
}

// DecideDeath records a death or refuses.
func (s *Server) DecideDeath(ctx context.Context, req *registryv1.DecideDeathRequest) (*registryv1.DecideDeathResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.DecideDeathResponse, error) {
		return &registryv1.DecideDeathResponse{}, s.App.DecideDeath(ctx, st, req.GetCaseId(), req.GetApprove(), req.GetReasonCode())
	})
}

// ReverseDeath takes a record back. The look-up is on record whatever it finds.
func (s *Server) ReverseDeath(ctx context.Context, req *registryv1.ReverseDeathRequest) (*registryv1.ReverseDeathResponse, error) {
	var ids []string
	var answer error
	shown := ident.DocumentForm{Kind: req.GetDocumentKind(), Number: req.GetDocumentNumber(), Country: req.GetDocumentCountry()}
	err := s.App.Data.Change(ctx, func(st app.Store) (err error) {
		ids, answer, err = s.App.FindDeath(ctx, st, shown)
		return err
	})
	if err != nil {
		return nil, err
	}
	return command(ctx, s, func(st app.Store) (*registryv1.ReverseDeathResponse, error) {
		if answer != nil { // a repeat has the answer of the first time
			return nil, answer
		}
		return &registryv1.ReverseDeathResponse{CaseId: ids[0]}, s.App.ReverseDeath(ctx, st, ids, req.GetShownPaper())
	})
}

// ConfirmReversal is a second officer's look at a reversal.
func (s *Server) ConfirmReversal(ctx context.Context, req *registryv1.ConfirmReversalRequest) (*registryv1.ConfirmReversalResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.ConfirmReversalResponse, error) {
		return &registryv1.ConfirmReversalResponse{}, s.App.ConfirmReversal(ctx, st, req.GetCaseId())
	})
}

// ListOwnDeathCases tells the person what was asked and recorded.
func (s *Server) ListOwnDeathCases(ctx context.Context, req *registryv1.ListOwnDeathCasesRequest) (*registryv1.ListOwnDeathCasesResponse, error) {
	out := &registryv1.ListOwnDeathCasesResponse{}
	err := s.view(ctx, func(st app.Store) error {
		all, nobody, err := s.App.OwnDeathCases(ctx, st, req.GetWorker())
		for _, c := range all {
			out.Cases = append(out.Cases, deathFor(c, app.DeathView{Knows: true}))
		}
		out.NobodyMay = nobody
		return err
	})
	return out, err
}

// ObjectDeath is the person's word against a case.
func (s *Server) ObjectDeath(ctx context.Context, req *registryv1.ObjectDeathRequest) (*registryv1.ObjectDeathResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.ObjectDeathResponse, error) {
		return &registryv1.ObjectDeathResponse{}, s.App.ObjectDeath(ctx, st, req.GetCaseId())
	})
}
