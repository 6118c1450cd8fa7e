package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// said is a household's own word on an application that it files.
func said(relief bool) (p domain.Priority) {
	if relief {
		p.State = domain.PriorityDeclared
	}
	return p
}

// SayPriority takes the household's word, or takes it back.
func (s *Server) SayPriority(ctx context.Context, req *housingv1.SayPriorityRequest) (*housingv1.SayPriorityResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.SayPriorityResponse, error) {
		p, err := s.App.SayPriority(ctx, s.In(tx), req.GetApplicationId(), req.GetDeclaresRelief())
		return &housingv1.SayPriorityResponse{Priority: string(p.State)}, err
	})
}

// ConfirmPriority takes what an officer found.
func (s *Server) ConfirmPriority(ctx context.Context, req *housingv1.ConfirmPriorityRequest) (*housingv1.ConfirmPriorityResponse, error) {
	on, err := optionalDay(req.GetOn())
	if err != nil {
		return nil, err
	}
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.ConfirmPriorityResponse, error) {
		return &housingv1.ConfirmPriorityResponse{}, s.App.ConfirmPriority(ctx, s.In(tx), req.GetApplicationId(), domain.Priority{
			State: domain.PriorityState(req.GetOutcome()), On: on, Basis: req.GetBasis(),
		})
	})
}
