package fairs

import (
	"context"
	"strconv"

	"github.com/qiao-platform/qiao/services/console/internal/frame"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
)

func (s *pages) changeFair(v *frame.Visit) error {
	return s.fairAct(v, func(ctx context.Context, fair string) error {
		f := v.Form
		hours := ""
		if f("opens_at") != "" || f("shuts_at") != "" {
			hours = f("opens_at") + "-" + f("shuts_at")
		}
		_, err := s.employment.ChangeFair(ctx, &employmentv1.ChangeFairRequest{
			FairId: fair, StartsOn: f("starts_on"), EndsOn: f("ends_on"), ClosesOn: f("closes_on"), MatchOn: f("match_on"), FigureName: f("figure_name"),
			Venue: f("venue"), Hours: hours, ReasonCode: f("reason"),
		})
		return err
	})
}

func (s *pages) cancelFair(v *frame.Visit) error {
	return s.fairAct(v, func(ctx context.Context, fair string) error {
		if err := v.Sure(); err != nil {
			return err
		}
		_, err := s.employment.CancelFair(ctx, &employmentv1.CancelFairRequest{FairId: fair, ReasonCode: v.Form("reason")})
		return err
	})
}

// correctFair proposes a corrected draw; lines that are empty say nothing.
func (s *pages) correctFair(v *frame.Visit) error {
	return s.fairAct(v, func(ctx context.Context, fair string) error {
		f := v.Form
		req := &employmentv1.CorrectFairRequest{FairId: fair, ReasonCode: f("reason"), Figure: f("figure")}
		for i := range frame.MostMends {
			n := strconv.Itoa(i + 1)
			if f("post"+n) != "" {
				seats, err := v.Whole("seats"+n, mostSeats)
				if err != nil {
					return err
				}
				req.Seats = append(req.Seats, &employmentv1.FairSeatsMend{VacancyId: f("post" + n), Seats: seats})
			}
			if f("number"+n) != "" {
				rank, err := v.Whole("rank"+n, mostSeats)
				if err != nil {
					return err
				}
				req.Ranks = append(req.Ranks, &employmentv1.FairRankMend{ApplicationId: f("number" + n), VacancyId: f("at" + n), Rank: rank})
			}
		}
		_, err := s.employment.CorrectFair(ctx, req)
		return err
	})
}

func (s *pages) decideFairCorrection(v *frame.Visit) error {
	return s.fairAct(v, func(ctx context.Context, _ string) error {
		if v.Form("outcome") == "taken" {
			if err := v.Sure(); err != nil {
				return err
			}
		}
		_, err := s.employment.DecideFairCorrection(ctx, &employmentv1.DecideFairCorrectionRequest{CorrectionId: v.Form("correction"), Outcome: v.Form("outcome")})
		return err
	})
}
