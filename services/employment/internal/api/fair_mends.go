package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// ChangeFair mends a plan.
func (s *Server) ChangeFair(ctx context.Context, req *employmentv1.ChangeFairRequest) (*employmentv1.ChangeFairResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.ChangeFairResponse, error) {
		return &employmentv1.ChangeFairResponse{}, s.App.ChangeFair(ctx, st, req.GetFairId(),
			domain.FairPlan{FigureName: req.GetFigureName(), Venue: req.GetVenue(), Hours: req.GetHours()},
			app.FairDays{StartsOn: req.GetStartsOn(), EndsOn: req.GetEndsOn(), ClosesOn: req.GetClosesOn(), MatchOn: req.GetMatchOn()}, req.GetReasonCode())
	})
}

// CancelFair ends a fair that has no results.
func (s *Server) CancelFair(ctx context.Context, req *employmentv1.CancelFairRequest) (*employmentv1.CancelFairResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.CancelFairResponse, error) {
		return &employmentv1.CancelFairResponse{}, s.App.CancelFair(ctx, st, req.GetFairId(), req.GetReasonCode())
	})
}

// CorrectFair proposes the draw as it should have been.
func (s *Server) CorrectFair(ctx context.Context, req *employmentv1.CorrectFairRequest) (*employmentv1.CorrectFairResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.CorrectFairResponse, error) {
		c := domain.FairCorrection{FairID: req.GetFairId(), Why: req.GetReasonCode(), Figure: req.GetFigure()}
		for _, m := range req.GetSeats() {
			c.Mends.Seats = append(c.Mends.Seats, domain.FairSeatsMend{VacancyID: m.GetVacancyId(), Seats: int(m.GetSeats())})
		}
		for _, m := range req.GetRanks() {
			c.Mends.Ranks = append(c.Mends.Ranks, domain.FairRankMend{ApplicationID: m.GetApplicationId(), VacancyID: m.GetVacancyId(), Rank: int(m.GetRank())})
		}
		c, err := s.App.CorrectFair(ctx, st, c)
		return &employmentv1.CorrectFairResponse{CorrectionId: c.ID, Wronged: int32(c.Wronged)}, err
	})
}

// DecideFairCorrection takes or drops a correction.
func (s *Server) DecideFairCorrection(ctx context.Context, req *employmentv1.DecideFairCorrectionRequest) (*employmentv1.DecideFairCorrectionResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.DecideFairCorrectionResponse, error) {
		c, err := s.App.DecideFairCorrection(ctx, st, req.GetCorrectionId(), req.GetOutcome())
		return &employmentv1.DecideFairCorrectionResponse{Wronged: int32(c.Wronged)}, err
	})
}

func fairCorrection(c domain.FairCorrection) *employmentv1.FairCorrection {
	return &employmentv1.FairCorrection{
		CorrectionId: c.ID, Number: int32(c.Number), ReasonCode: c.Why, State: c.State, Wronged: int32(c.Wronged), Figure: c.Figure,
		ProposedBy: c.ProposedBy, DecidedBy: c.DecidedBy, ProposedAt: sqldb.Micros(c.ProposedAt), DecidedAt: sqldb.Micros(c.DecidedAt),
	}
}
