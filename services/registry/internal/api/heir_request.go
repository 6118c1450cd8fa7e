package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// SetHeirsWish keeps what the person arranges for afterwards.
func (s *Server) SetHeirsWish(ctx context.Context, req *registryv1.SetHeirsWishRequest) (*registryv1.SetHeirsWishResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.SetHeirsWishResponse, error) {
		return &registryv1.SetHeirsWishResponse{}, s.App.SetHeirsWish(ctx, st, req.GetWorker(), req.GetNobodyMay())
	})
}

// AskAsHeir enters what a near relative asks.
func (s *Server) AskAsHeir(ctx context.Context, req *registryv1.AskAsHeirRequest) (*registryv1.AskAsHeirResponse, error) {
	asked := func(id string) *registryv1.AskAsHeirResponse { return &registryv1.AskAsHeirResponse{RequestId: id} }
	id, err := s.App.AskAsHeir(ctx, once(s, asked, (*registryv1.AskAsHeirResponse).GetRequestId), req.GetWorker(), app.HeirForm{
		Relative: app.Relative{Name: req.GetRelativeName(), Phone: req.GetRelativePhone()}, Paper: req.GetPaper(), Reason: req.GetReasonCode(), Source: req.GetSource(),
		Asked: req.GetAsked(), FactKind: req.GetFactKind(), FactID: req.GetSourceId(), Wrong: req.GetWrongReasonCode(),
	})
	if err != nil {
		return nil, err
	}
	return asked(id), nil
}

// ListHeirRequests lists what is to be decided and shown.
func (s *Server) ListHeirRequests(ctx context.Context, _ *registryv1.ListHeirRequestsRequest) (*registryv1.ListHeirRequestsResponse, error) {
	out := &registryv1.ListHeirRequestsResponse{}
	err := s.view(ctx, func(st app.Store) error {
		all, p, err := s.App.HeirRequests(ctx, st)
		for _, r := range all {
			out.Requests = append(out.Requests, heirFor(r, p))
		}
		return err
	})
	return out, err
}

func heirFor(r domain.HeirRequest, p auth.Principal) *registryv1.HeirRequest {
	return &registryv1.HeirRequest{
		RequestId: r.ID, County: r.County, Paper: r.Paper, ReasonCode: r.Reason, Source: r.Source, Officer: r.Officer, MadeAt: sqldb.Micros(r.MadeAt),
		DecideBy: r.DecideBy.String(), State: r.State, DecidedBy: r.DecidedBy, DecidedAt: micros(r.DecidedAt), RefusalReasonCode: r.Refusal, ShownAt: micros(r.ShownAt),
		Asked: r.Asked, FactKind: r.FactKind, SourceId: r.FactID, WrongReasonCode: r.Wrong, EraseOn: r.EraseOn.String(),
		Decidable: r.State == domain.CaseOpen && p.MayCall("registry.DeathService.DecideHeirRequest", r.County) && !ident.SameStaff(r.Officer, p.Subject),
	}
}

// GetHeirRequest shows who asks.
func (s *Server) GetHeirRequest(ctx context.Context, req *registryv1.GetHeirRequestRequest) (*registryv1.GetHeirRequestResponse, error) {
	r, err := s.App.ReadHeirRequest(ctx, req.GetRequestId())
	if err != nil {
		return nil, err
	}
	return &registryv1.GetHeirRequestResponse{
		Request: heirFor(r.Request, r.By), Name: r.Name.Reveal(), RelativeName: r.Relative.Name, RelativePhone: r.Relative.Phone,
	}, nil
}

// DecideHeirRequest grants or refuses.
func (s *Server) DecideHeirRequest(ctx context.Context, req *registryv1.DecideHeirRequestRequest) (*registryv1.DecideHeirRequestResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.DecideHeirRequestResponse, error) {
		return &registryv1.DecideHeirRequestResponse{}, s.App.DecideHeirRequest(ctx, st, req.GetRequestId(), req.GetApprove(), req.GetReasonCode())
	})
}

// WithdrawHeirRequest takes a request back.
func (s *Server) WithdrawHeirRequest(ctx context.Context, req *registryv1.WithdrawHeirRequestRequest) (*registryv1.WithdrawHeirRequestResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.WithdrawHeirRequestResponse, error) {
		return &registryv1.WithdrawHeirRequestResponse{}, s.App.WithdrawHeirRequest(ctx, st, req.GetRequestId())
	})
}

// ShowToHeir shows once what was granted.
func (s *Server) ShowToHeir(ctx context.Context, req *registryv1.ShowToHeirRequest) (*registryv1.ShowToHeirResponse, error) {
	shown, err := s.App.ShowToHeir(ctx, done[registryv1.ShowToHeirResponse](s), req.GetRequestId())
	if err != nil {
		return nil, err
	}
	out := &registryv1.ShowToHeirResponse{Name: shown.Name.Reveal(), Worker: shown.Worker}
	for _, step := range shown.Steps {
		one := &registryv1.HeirStep{Type: step.Type, OccurredAt: sqldb.Micros(step.At), Facts: s.Facts.Read(step.Type, step.Data)}
		if f, is := s.App.FactOf(step.Type, step.Data); is {
			one.FactKind, one.SourceId = f.Kind, f.ID
		}
		out.Steps = append(out.Steps, one)
	}
	return out, nil
}
