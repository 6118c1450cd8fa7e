package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
)

// StateHire records a hire that only the employer states.
func (s *Server) StateHire(ctx context.Context, req *employmentv1.StateHireRequest) (*employmentv1.StateHireResponse, error) {
	// Whether there is the worker is told to no caller but the employer.
	if err := s.view(ctx, func(st app.Store) error { _, err := s.App.MayStateHire(ctx, st, req.GetUscc()); return err }); err != nil {
		return nil, err
	}
	return outbox.CommandFor(ctx, s.Outbox, req.GetWorker(), func(tx *sqldb.Tx) (*employmentv1.StateHireResponse, error) {
		id, err := s.App.StateHire(ctx, s.In(tx), app.Statement{
			Worker: req.GetWorker(), USCC: req.GetUscc(), Occupation: req.GetOccupation(), County: req.GetCounty(),
			StartOn: req.GetStartOn(), EndOn: req.GetEndOn(), WageFen: req.GetWageFen(),
		})
		return &employmentv1.StateHireResponse{HireId: id}, err
	})
}

// ConfirmHire is the worker's word for a stated hire.
func (s *Server) ConfirmHire(ctx context.Context, req *employmentv1.ConfirmHireRequest) (*employmentv1.ConfirmHireResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.ConfirmHireResponse, error) {
		return &employmentv1.ConfirmHireResponse{}, s.App.ConfirmHire(ctx, st, req.GetHireId())
	})
}

// DisputeHire is the worker's "not me".
func (s *Server) DisputeHire(ctx context.Context, req *employmentv1.DisputeHireRequest) (*employmentv1.DisputeHireResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.DisputeHireResponse, error) {
		return &employmentv1.DisputeHireResponse{}, s.App.DisputeHire(ctx, st, req.GetHireId())
	})
}

// EndHire ends a hire, or states its end.
func (s *Server) EndHire(ctx context.Context, req *employmentv1.EndHireRequest) (*employmentv1.EndHireResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.EndHireResponse, error) {
		state, err := s.App.EndHire(ctx, st, req.GetHireId(), req.GetEndedOn(), req.GetGroundCode())
		return &employmentv1.EndHireResponse{State: string(state)}, err
	})
}

// ConfirmEnd is the worker's word for a stated end.
func (s *Server) ConfirmEnd(ctx context.Context, req *employmentv1.ConfirmEndRequest) (*employmentv1.ConfirmEndResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.ConfirmEndResponse, error) {
		return &employmentv1.ConfirmEndResponse{}, s.App.ConfirmEnd(ctx, st, req.GetHireId())
	})
}

// DisputeEnd is the worker's word that the hire goes on.
func (s *Server) DisputeEnd(ctx context.Context, req *employmentv1.DisputeEndRequest) (*employmentv1.DisputeEndResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.DisputeEndResponse, error) {
		return &employmentv1.DisputeEndResponse{}, s.App.DisputeEnd(ctx, st, req.GetHireId())
	})
}

// ListHires shows the worker the own hires, newest first.
func (s *Server) ListHires(ctx context.Context, req *employmentv1.ListHiresRequest) (*employmentv1.ListHiresResponse, error) {
	out := &employmentv1.ListHiresResponse{}
	err := s.view(ctx, func(st app.Store) error {
		all, err := s.App.ListHires(ctx, st, req.GetWorker())
		for _, h := range all {
			out.Hires = append(out.Hires, hire(h))
		}
		return err
	})
	return out, err
}

// Jobs gives a worker's jobs as evidence for other departments: employed since a
// day, on the worker's own word.
func (s *Server) Jobs(tx *sqldb.Tx, worker string) (facts []*platformv1.Fact, err error) {
	all, err := s.App.ProvenHires(s.In(tx), worker)
	for _, h := range all {
		facts = append(facts, fact(h))
	}
	return facts, err
}
