package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	"github.com/qiao-platform/qiao/services/housing/internal/app"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// CancelRound ends a round that has no results.
func (s *Server) CancelRound(ctx context.Context, req *housingv1.CancelRoundRequest) (*housingv1.CancelRoundResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.CancelRoundResponse, error) {
		return &housingv1.CancelRoundResponse{}, s.App.CancelRound(ctx, s.In(tx), req.GetRoundId(), req.GetReasonCode())
	})
}

// FindHouseholds asks which applications may be one household.
func (s *Server) FindHouseholds(ctx context.Context, req *housingv1.FindHouseholdsRequest) (*housingv1.FindHouseholdsResponse, error) {
	kind, err := domain.ParseKind(req.GetKind())
	if err != nil {
		return nil, err
	}
	open, err := s.App.FindHouseholds(ctx, req.GetCounty(), kind)
	return &housingv1.FindHouseholdsResponse{DoublesCount: int32(open)}, err
}

// ListHouseholds lists the pairs of a list.
func (s *Server) ListHouseholds(ctx context.Context, req *housingv1.ListHouseholdsRequest) (*housingv1.ListHouseholdsResponse, error) {
	kind, err := domain.ParseKind(req.GetKind())
	if err != nil {
		return nil, err
	}
	return view(ctx, s.App.Data.Look, func(st app.Store, out *housingv1.ListHouseholdsResponse) error {
		all, err := s.App.ListHouseholds(ctx, st, req.GetCounty(), kind)
		for _, d := range all {
			out.Households = append(out.Households, &housingv1.Household{
				DoubleId: d.ID, ApplicationId: d.First, OtherApplicationId: d.Second, Grounds: d.Grounds, State: d.State, WithdrawnId: d.Withdrawn,
				ReasonCode: d.Why, DecidedBy: d.DecidedBy, DecidedAt: sqldb.Micros(d.DecidedAt),
			})
		}
		return err
	})
}

// DecideHousehold takes an officer's word on a pair.
func (s *Server) DecideHousehold(ctx context.Context, req *housingv1.DecideHouseholdRequest) (*housingv1.DecideHouseholdResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.DecideHouseholdResponse, error) {
		return &housingv1.DecideHouseholdResponse{}, s.App.DecideHousehold(ctx, s.In(tx), req.GetDoubleId(), req.GetOutcome(), req.GetWithdrawnId(), req.GetReasonCode())
	})
}

// CorrectRound proposes a round's order as it should have been.
func (s *Server) CorrectRound(ctx context.Context, req *housingv1.CorrectRoundRequest) (*housingv1.CorrectRoundResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.CorrectRoundResponse, error) {
		c := domain.Correction{RoundID: req.GetRoundId(), Why: req.GetReasonCode(), Figure: req.GetFigure(), Mends: domain.Mends{Homes: int(req.GetHomes())}}
		for _, l := range req.GetLevels() {
			c.Mends.Levels = append(c.Mends.Levels, domain.LevelMend{ApplicationID: l.GetApplicationId(), With: l.GetOtherApplicationId()})
		}
		c, err := s.App.CorrectRound(ctx, s.In(tx), c)
		return &housingv1.CorrectRoundResponse{CorrectionId: c.ID, Wronged: int32(c.Wronged)}, err
	})
}

// DecideCorrection takes or drops a correction.
func (s *Server) DecideCorrection(ctx context.Context, req *housingv1.DecideCorrectionRequest) (*housingv1.DecideCorrectionResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.DecideCorrectionResponse, error) {
		c, err := s.App.DecideCorrection(ctx, s.In(tx), req.GetCorrectionId(), req.GetOutcome())
		return &housingv1.DecideCorrectionResponse{Wronged: int32(c.Wronged)}, err
	})
}

// ListMends lists a round's corrections, and who stands first in its county.
func (s *Server) ListMends(ctx context.Context, req *housingv1.ListMendsRequest) (*housingv1.ListMendsResponse, error) {
	return view(ctx, s.App.Data.Look, func(st app.Store, out *housingv1.ListMendsResponse) error {
		corrections, reliefs, err := s.App.ListMends(ctx, st, req.GetRoundId())
		for _, c := range corrections {
			out.Corrections = append(out.Corrections, correction(c))
		}
		for _, f := range reliefs {
			out.Reliefs = append(out.Reliefs, &housingv1.Relief{ApplicationId: f.ApplicationID, CaseNo: domain.CaseNo(f.ApplicationID), Kind: string(f.Kind), State: f.State, DueOn: f.DueOn.String()})
		}
		return err
	})
}

func correction(c domain.Correction) *housingv1.Correction {
	return &housingv1.Correction{
		CorrectionId: c.ID, Number: int32(c.Number), ReasonCode: c.Why, State: c.State, Wronged: int32(c.Wronged), Figure: c.Figure,
		ProposedBy: c.ProposedBy, DecidedBy: c.DecidedBy, ProposedAt: sqldb.Micros(c.ProposedAt), DecidedAt: sqldb.Micros(c.DecidedAt),
	}
}
