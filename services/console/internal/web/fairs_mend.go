package web

import (
	"context"
	"net/http"
	"strconv"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/console/internal/words"
)

func (s *Site) changeFair(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.fairAct(w, r, p, func(ctx context.Context, fair string) error {
		f := r.PostFormValue
		hours := ""
		if f("opens_at") != "" || f("shuts_at") != "" {
			hours = f("opens_at") + "-" + f("shuts_at")
		}
		_, err := s.Clients.Employment.ChangeFair(ctx, &employmentv1.ChangeFairRequest{
			FairId: fair, StartsOn: f("starts_on"), EndsOn: f("ends_on"), ClosesOn: f("closes_on"), MatchOn: f("match_on"), FigureName: f("figure_name"),
			Venue: f("venue"), Hours: hours, ReasonCode: f("reason"),
		})
		return err
	})
}

func (s *Site) cancelFair(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.fairAct(w, r, p, func(ctx context.Context, fair string) error {
		if r.PostFormValue("sure") != "yes" {
			return errSure
		}
		_, err := s.Clients.Employment.CancelFair(ctx, &employmentv1.CancelFairRequest{FairId: fair, ReasonCode: r.PostFormValue("reason")})
		return err
	})
}

// correctFair proposes a corrected draw; lines that are empty say nothing.
func (s *Site) correctFair(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.fairAct(w, r, p, func(ctx context.Context, fair string) error {
		f := r.PostFormValue
		req := &employmentv1.CorrectFairRequest{FairId: fair, ReasonCode: f("reason"), Figure: f("figure")}
		for i := range mostMends {
			n := strconv.Itoa(i + 1)
			if f("post"+n) != "" {
				seats, err := strconv.ParseInt(f("seats"+n), 10, 32)
				if err != nil {
					return errInput
				}
				req.Seats = append(req.Seats, &employmentv1.FairSeatsMend{VacancyId: f("post" + n), Seats: int32(seats)})
			}
			if f("number"+n) != "" {
				rank, err := strconv.ParseInt(f("rank"+n), 10, 32)
				if err != nil {
					return errInput
				}
				req.Ranks = append(req.Ranks, &employmentv1.FairRankMend{ApplicationId: f("number" + n), VacancyId: f("at" + n), Rank: int32(rank)})
			}
		}
		_, err := s.Clients.Employment.CorrectFair(ctx, req)
		return err
	})
}

func (s *Site) decideFairCorrection(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.fairAct(w, r, p, func(ctx context.Context, _ string) error {
		if r.PostFormValue("outcome") == "taken" && r.PostFormValue("sure") != "yes" {
			return errSure
		}
		_, err := s.Clients.Employment.DecideFairCorrection(ctx, &employmentv1.DecideFairCorrectionRequest{CorrectionId: r.PostFormValue("correction"), Outcome: r.PostFormValue("outcome")})
		return err
	})
}
