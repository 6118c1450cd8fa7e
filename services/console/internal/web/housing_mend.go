package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	"github.com/qiao-platform/qiao/services/console/internal/words"
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
func (s *Site) roundMend(ctx context.Context, r *http.Request, id, do string) (err error) {
	f := r.PostFormValue
	switch do {
	case "cancel":
		if f("sure") != "yes" {
			return errSure
		}
		_, err = s.Clients.Housing.CancelRound(ctx, &housingv1.CancelRoundRequest{RoundId: id, ReasonCode: f("reason")})
	case "correct":
		req := &housingv1.CorrectRoundRequest{RoundId: id, ReasonCode: f("reason"), Figure: strings.TrimSpace(f("figure"))}
		if f("homes") != "" {
			n, err := strconv.ParseInt(f("homes"), 10, 32)
			if err != nil {
				return errInput
			}
			req.Homes = int32(n)
		}
		for i := range mostMends {
			n := strconv.Itoa(i + 1)
			if one := strings.TrimSpace(f("application" + n)); one != "" {
				req.Levels = append(req.Levels, &housingv1.LevelMend{ApplicationId: one, OtherApplicationId: strings.TrimSpace(f("with" + n))})
			}
		}
		_, err = s.Clients.Housing.CorrectRound(ctx, req)
	case "take", "drop":
		if do == "take" && f("sure") != "yes" {
			return errSure
		}
		_, err = s.Clients.Housing.DecideCorrection(ctx, &housingv1.DecideCorrectionRequest{CorrectionId: f("correction"), Outcome: map[string]string{"take": "taken", "drop": "dropped"}[do]})
	default:
		return errNoPage
	}
	return err
}

// householdDo looks for likely households of a list, or takes an officer's word
// on a pair.
func (s *Site) householdDo(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	ctx, cancel, err := housingSigning(r)
	if err != nil {
		return err
	}
	defer cancel()
	county, kind := r.PostFormValue("county"), r.PostFormValue("kind")
	if id := r.PostFormValue("double"); id != "" {
		outcome, gone, _ := strings.Cut(r.PostFormValue("decision"), " ")
		_, err = s.Clients.Housing.DecideHousehold(ctx, &housingv1.DecideHouseholdRequest{DoubleId: id, Outcome: outcome, WithdrawnId: gone, ReasonCode: r.PostFormValue("reason")})
	} else {
		_, err = s.Clients.Housing.FindHouseholds(ctx, &housingv1.FindHouseholdsRequest{County: county, Kind: kind})
	}
	if err != nil {
		return err
	}
	return back(w, r, "/housing?"+url.Values{"county": {county}, "kind": {kind}}.Encode())
}
