package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	app "github.com/qiao-platform/qiao/services/employment/internal/app/fair"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// ChangeFair mends a plan.
func (s *Fairs) ChangeFair(ctx context.Context, req *employmentv1.ChangeFairRequest) (*employmentv1.ChangeFairResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.ChangeFairResponse, error) {
		return &employmentv1.ChangeFairResponse{}, s.App.Change(ctx, st, req.GetFairId(),
			fair.Plan{FigureName: req.GetFigureName(), Venue: req.GetVenue(), Hours: req.GetHours()},
			app.Days{StartsOn: req.GetStartsOn(), EndsOn: req.GetEndsOn(), ClosesOn: req.GetClosesOn(), MatchOn: req.GetMatchOn()}, req.GetReasonCode())
	})
}

// CancelFair ends a fair that has no results.
func (s *Fairs) CancelFair(ctx context.Context, req *employmentv1.CancelFairRequest) (*employmentv1.CancelFairResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.CancelFairResponse, error) {
		return &employmentv1.CancelFairResponse{}, s.App.Cancel(ctx, st, req.GetFairId(), req.GetReasonCode())
	})
}

// CorrectFair proposes the draw as it should have been, which is made before the
// transaction that keeps it.
func (s *Fairs) CorrectFair(ctx context.Context, req *employmentv1.CorrectFairRequest) (*employmentv1.CorrectFairResponse, error) {
	c := fair.Correction{FairID: req.GetFairId(), Why: req.GetReasonCode(), Figure: req.GetFigure()}
	for _, m := range req.GetSeats() {
		c.Mends.Seats = append(c.Mends.Seats, fair.SeatsMend{VacancyID: m.GetVacancyId(), Seats: int(m.GetSeats())})
	}
	for _, m := range req.GetRanks() {
		c.Mends.Ranks = append(c.Mends.Ranks, fair.RankMend{ApplicationID: m.GetApplicationId(), VacancyID: m.GetVacancyId(), Rank: int(m.GetRank())})
	}
	var k *app.Correcting
	refused := s.view(ctx, func(st app.Store) (err error) {
		k, err = s.App.ReadCorrected(ctx, st, c)
		return err
	})
	if refused == nil {
		refused = s.App.Propose(k)
	}
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.CorrectFairResponse, error) { // which has the answer to a repeat
		if refused != nil {
			return nil, refused
		}
		c, err := s.App.Correct(ctx, st, k)
		return &employmentv1.CorrectFairResponse{CorrectionId: c.ID, Wronged: int32(c.Wronged)}, err
	})
}

// DecideFairCorrection takes or drops a correction.
func (s *Fairs) DecideFairCorrection(ctx context.Context, req *employmentv1.DecideFairCorrectionRequest) (*employmentv1.DecideFairCorrectionResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.DecideFairCorrectionResponse, error) {
		c, err := s.App.DecideCorrection(ctx, st, req.GetCorrectionId(), req.GetOutcome())
		return &employmentv1.DecideFairCorrectionResponse{Wronged: int32(c.Wronged)}, err
	})
}

func fairCorrection(c fair.Correction) *employmentv1.FairCorrection {
	return &employmentv1.FairCorrection{
		CorrectionId: c.ID, Number: int32(c.Number), ReasonCode: c.Why, State: c.State, Wronged: int32(c.Wronged), Figure: c.Figure,
		ProposedBy: c.ProposedBy, DecidedBy: c.DecidedBy, ProposedAt: sqldb.Micros(c.ProposedAt), DecidedAt: sqldb.Micros(c.DecidedAt),
	}
}
