package housing_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/allocate"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// Page 11 for homes: a round that was opened wrongly is cancelled with a reason,
// and its homes are free; one that has results is not.
func TestARoundOfHomesIsCancelledWithAReason(t *testing.T) { onEach(t, cancelled) }

func cancelled(t *testing.T, f *fixture) {
	for i := range 2 {
		f.waits(fmt.Sprintf("worker-%d", i+1), "paper", "2026-01-01")
	}
	home := f.home("1", "public_rental")
	_, err := f.client.OpenRound(f.officer(), &housingv1.OpenRoundRequest{County: county, Kind: "public_rental", HomeIds: []string{home}, FigureName: "x", FigureDue: "2026-11-05"})
	wantCode(t, "a figure of nothing", err, "housing.round.figure_name")
	round, err := f.openRound(home)
	if err != nil {
		t.Fatal(err)
	}
	cancel := func(id, why string) error {
		_, err := f.client.CancelRound(f.officer(), &housingv1.CancelRoundRequest{RoundId: id, ReasonCode: why})
		return err
	}
	wantCode(t, "without a reason", cancel(round, ""), "housing.round.reason")
	wantCode(t, "with one", cancel(round, "homes"), "")
	wantCode(t, "twice", cancel(round, "homes"), "housing.round.closed")
	shown, err := f.client.GetRound(f.officer(), &housingv1.GetRoundRequest{RoundId: round})
	if err != nil || shown.GetRound().GetReasonCode() != "homes" || shown.GetRound().GetState() != "closed" {
		t.Errorf("%v, %v", shown, err)
	}
	again, err := f.openRound(home)
	if err != nil {
		t.Fatalf("the home is not free: %v", err)
	}
	f.clock.Set(time.Date(2026, 11, 5, 8, 0, 0, 0, time.UTC))
	for _, no := range []string{"officer-1", "officer-2"} {
		if _, err := f.confirm(no, again, "3210.55"); err != nil {
			t.Fatal(err)
		}
	}
	wantCode(t, "after the draw", cancel(again, "homes"), "housing.round.results")
}

// K7 for homes: one household that applied twice is shown before the list is
// fixed.
func TestAHouseholdTwiceIsShownBeforeTheListIsFixed(t *testing.T) { onEach(t, households) }

func households(t *testing.T, f *fixture) {
	ids := map[string]string{}
	for i := range 3 {
		who := fmt.Sprintf("worker-%d", i+1)
		ids[who] = f.waits(who, "paper", fmt.Sprintf("202%d-01-01", 4+i%2))
	}
	f.people.pairs = []*registryv1.LikelyDouble{{FirstId: "worker-1", SecondId: "worker-2", Grounds: []string{"same_phone"}}}
	home := f.home("1", "public_rental")
	_, err := f.openRound(home)
	wantCode(t, "an undecided pair", err, "housing.household.open")
	list, err := f.client.ListHouseholds(f.officer(), &housingv1.ListHouseholdsRequest{County: county, Kind: "public_rental"})
	if err != nil || len(list.GetHouseholds()) != 1 || list.GetHouseholds()[0].GetGrounds()[0] != "same_phone" {
		t.Fatalf("%v, %v", list, err)
	}
	decide := func(outcome, gone, why string) error {
		_, err := f.client.DecideHousehold(f.officer(), &housingv1.DecideHouseholdRequest{DoubleId: list.GetHouseholds()[0].GetDoubleId(), Outcome: outcome, WithdrawnId: gone, ReasonCode: why})
		return err
	}
	wantCode(t, "without saying what", decide("", "", "papers_shown"), "housing.household.outcome")
	wantCode(t, "another's goes", decide("same", ids["worker-3"], "papers_shown"), "housing.household.outcome")
	wantCode(t, "one household", decide("same", ids["worker-2"], "papers_shown"), "")
	f.in2("worker-2", ids["worker-2"], "withdrawn")
	if a := f.get2("worker-2", ids["worker-2"]); len(a.GetEvidence()) != 0 {
		t.Errorf("what the one that went held is kept: %v", a.GetEvidence())
	}
	if a := f.get2("worker-1", ids["worker-1"]); len(a.GetEvidence()) == 0 {
		t.Error("what the other holds is gone")
	}
	if _, err := f.openRound(home); err != nil {
		t.Fatal(err)
	}
}

// Point 5 for homes: a fault found after the results takes no offer away; who was
// wronged stands first for the next home, under a clock, and every offering and
// the corrected order are published.
func TestAFaultOfARoundOfHomesTakesNothingAway(t *testing.T) { onEach(t, faultOfHomes) }

func faultOfHomes(t *testing.T, f *fixture) {
	ids := map[string]string{}
	var all []string
	for i := range 4 {
		who := fmt.Sprintf("worker-%d", i+1)
		ids[who], all = f.waits(who, "paper", "2026-01-01"), append(all, who)
	}
	round, err := f.openRound(f.home("1", "public_rental"))
	if err != nil {
		t.Fatal(err)
	}
	f.clock.Set(time.Date(2026, 11, 5, 8, 0, 0, 0, time.UTC))
	_, err = f.confirm("A001", round, "3210.55")
	wantCode(t, "the first officer", err, "")
	_, err = f.confirm("a001", round, "3210.55")
	wantCode(t, "one officer as two", err, "housing.round.figure_officer")
	if _, err := f.confirm("officer-2", round, "3210.55"); err != nil {
		t.Fatal(err)
	}
	if n, err := f.offerRound(round); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	winner := all[slices.IndexFunc(all, func(w string) bool { return f.get2(w, ids[w]).GetState() == "offered" })]
	offer := f.get2(winner, ids[winner]).GetOfferId()
	if _, err := f.client.AcceptOffer(f.Worker(winner), &housingv1.AcceptOfferRequest{OfferId: offer}); err != nil {
		t.Fatal(err)
	}
	correct := func(change func(*housingv1.CorrectRoundRequest)) (*housingv1.CorrectRoundResponse, error) {
		req := &housingv1.CorrectRoundRequest{RoundId: round, ReasonCode: "homes"}
		change(req)
		return f.client.CorrectRound(f.officerNo("officer-1"), req)
	}
	_, err = correct(func(*housingv1.CorrectRoundRequest) {})
	wantCode(t, "nothing", err, "housing.correction.nothing")
	_, err = correct(func(r *housingv1.CorrectRoundRequest) { r.ReasonCode, r.Homes = "", 2 })
	wantCode(t, "no reason", err, "housing.correction.reason")
	proposed, err := correct(func(r *housingv1.CorrectRoundRequest) { r.Homes = 2 }) // there should have been two homes
	if err != nil || proposed.GetWronged() != 1 {
		t.Fatalf("%v, %v", proposed, err)
	}
	decide := func(who string) error {
		_, err := f.client.DecideCorrection(f.officerNo(who), &housingv1.DecideCorrectionRequest{CorrectionId: proposed.GetCorrectionId(), Outcome: "taken"})
		return err
	}
	wantCode(t, "the same officer", decide("OFFICER-1"), "housing.correction.same_officer")
	wantCode(t, "another", decide("officer-2"), "")
	wantCode(t, "again", decide("officer-2"), "housing.correction.state")
	f.in2(winner, ids[winner], "accepted")
	mends, err := f.client.ListMends(f.officer(), &housingv1.ListMendsRequest{RoundId: round})
	if err != nil || len(mends.GetReliefs()) != 1 || mends.GetReliefs()[0].GetDueOn() != "2026-12-05" {
		t.Fatalf("%v, %v", mends, err)
	}
	wronged := all[slices.IndexFunc(all, func(w string) bool { return ids[w] == mends.GetReliefs()[0].GetApplicationId() })]
	if p := f.place(wronged, ids[wronged]); p.GetPosition() != 1 {
		t.Errorf("who was wronged stands at %d", p.GetPosition())
	}
	next := f.home("2", "public_rental")
	if _, err := f.client.OfferHome(f.officer(), &housingv1.OfferHomeRequest{ApplicationId: ids[wronged], HomeId: next}); err != nil {
		t.Fatal(err)
	}
	accept := &housingv1.AcceptOfferRequest{OfferId: f.get2(wronged, ids[wronged]).GetOfferId()}
	if _, err := f.client.AcceptOffer(f.Counter("hou", wronged), accept); err != nil {
		t.Fatal(err)
	}
	if _, err := f.client.UndoAcceptance(f.Worker(wronged), &housingv1.UndoAcceptanceRequest{OfferId: accept.GetOfferId()}); err != nil {
		t.Fatal(err)
	}
	if p := f.place(wronged, ids[wronged]); p.GetPosition() != 1 {
		t.Errorf("who was wronged stands at %d once he undid what another accepted", p.GetPosition())
	}
	if _, err := f.client.OfferHome(f.officer(), &housingv1.OfferHomeRequest{ApplicationId: ids[wronged], HomeId: next}); err != nil {
		t.Fatal(err)
	}
	accept.OfferId = f.get2(wronged, ids[wronged]).GetOfferId()
	if _, err := f.client.AcceptOffer(f.Counter("hou", wronged), accept); err != nil {
		t.Fatal(err)
	}
	if _, err := f.client.SignLease(f.Worker(wronged), &housingv1.SignLeaseRequest{OfferId: accept.GetOfferId(), StartsOn: "2026-11-05", EndsOn: "2027-11-04"}); err != nil {
		t.Fatal(err)
	}
	if mends, err := f.client.ListMends(f.officer(), &housingv1.ListMendsRequest{RoundId: round}); err != nil || len(mends.GetReliefs()) != 0 || len(mends.GetCorrections()) != 1 {
		t.Errorf("%v, %v", mends, err)
	}
	bundle, err := f.client.GetRoundBundle(f.Worker(worker), &housingv1.GetRoundBundleRequest{RoundId: round})
	if err != nil {
		t.Fatal(err)
	}
	v, err := allocate.VerifyBundle(strings.NewReader(bundle.GetBundle()))
	if err != nil || len(v.Passes) != 1 || len(v.Corrections) != 1 || len(v.Corrections[0].Wronged) != 1 {
		t.Fatalf("%v\n%s", err, bundle.GetBundle())
	}
}
