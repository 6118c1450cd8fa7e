package housing

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/services/console/internal/frame"

	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
)

// hasResults reports whether a round was drawn, or offered a home.
func hasResults(r *housingv1.GetRoundResponse) bool {
	if r.GetRound().GetPass() > 0 {
		return true
	}
	for _, e := range r.GetEntries() {
		if e.GetOutcome() != "waiting" {
			return true
		}
	}
	return false
}

// roundMend cancels a round, or mends one that has results.
func (s *pages) roundMend(ctx context.Context, v *frame.Visit, id, do string) (err error) {
	f := v.Form
	switch do {
	case "cancel":
		if err := v.Sure(); err != nil {
			return err
		}
		_, err = s.housing.CancelRound(ctx, &housingv1.CancelRoundRequest{RoundId: id, ReasonCode: f("reason")})
	case "correct":
		req := &housingv1.CorrectRoundRequest{RoundId: id, ReasonCode: f("reason"), Figure: strings.TrimSpace(f("figure"))}
		if req.Homes, err = v.Count("homes", 100_000); err != nil {
			return err
		}
		for i := range frame.MostMends {
			n := strconv.Itoa(i + 1)
			if one := strings.TrimSpace(f("application" + n)); one != "" {
				req.Levels = append(req.Levels, &housingv1.LevelMend{ApplicationId: one, OtherApplicationId: strings.TrimSpace(f("with" + n))})
			}
		}
		_, err = s.housing.CorrectRound(ctx, req)
	case "take", "drop":
		if do == "take" {
			if err := v.Sure(); err != nil {
				return err
			}
		}
		_, err = s.housing.DecideCorrection(ctx, &housingv1.DecideCorrectionRequest{CorrectionId: f("correction"), Outcome: map[string]string{"take": "taken", "drop": "dropped"}[do]})
	default:
		return frame.ErrNoPage
	}
	return err
}

// householdDo looks for likely households of a list, or takes an officer's word
// on a pair.
func (s *pages) householdDo(ctx context.Context, v *frame.Visit) (err error) {
	county, kind := v.Form("county"), v.Form("kind")
	if id := v.Form("double"); id != "" {
		outcome, gone, _ := strings.Cut(v.Form("decision"), " ")
		_, err = s.housing.DecideHousehold(ctx, &housingv1.DecideHouseholdRequest{DoubleId: id, Outcome: outcome, WithdrawnId: gone, ReasonCode: v.Form("reason")})
	} else {
		_, err = s.housing.FindHouseholds(ctx, &housingv1.FindHouseholdsRequest{County: county, Kind: kind})
	}
	return v.Done(err, "/housing?"+url.Values{"county": {county}, "kind": {kind}}.Encode())
}
