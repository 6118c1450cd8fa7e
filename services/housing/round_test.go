package housing_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/testkit"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// officerNo is an officer of the department by a staff number of his own.
func (f *fixture) officerNo(no string) context.Context {
	return f.As(auth.Principal{Kind: auth.Officer, Subject: no, Department: "hou", Via: auth.ViaCounter})
}

// waits takes a worker to a place in the list of public rental homes: months of
// work are shown by a paper, or with a witness.
func (f *fixture) waits(who, form, since string) string {
	f.t.Helper()
	req := application("public_rental")
	req.Worker = who
	r, err := f.client.ApplyForHome(f.Worker(who), req)
	if err != nil {
		f.t.Fatal(err)
	}
	if _, err := f.client.RecordPaper(f.officer(), &housingv1.RecordPaperRequest{ApplicationId: r.GetApplicationId(), Kind: "job", Form: form, Since: since}); err != nil {
		f.t.Fatal(err)
	}
	if d := f.decide(r.GetApplicationId(), ""); d.GetOutcome() != "eligible" {
		f.t.Fatalf("%v", d)
	}
	return r.GetApplicationId()
}

func (f *fixture) place(who, id string) *housingv1.Place {
	f.t.Helper()
	r, err := f.client.GetPlace(f.Worker(who), &housingv1.GetPlaceRequest{ApplicationId: id})
	if err != nil {
		f.t.Fatal(err)
	}
	return r.GetPlace()
}

// complete fails the test unless each reason that stands in the way says on what
// it rests, what would change it and where to appeal.
func complete(t *testing.T, why []*platformv1.Reason) {
	t.Helper()
	if len(why) == 0 {
		t.Fatal("no reasons")
	}
	for _, r := range why {
		if r.GetOutcome() != "met" && (r.GetRuleId() == "" || r.GetSource() == "" || len(r.GetFacts()) == 0 || len(r.GetChanges()) == 0 || len(r.GetAppeals()) == 0) {
			t.Errorf("incomplete: %v", r)
		}
	}
}

// A list that was empty at a midnight is published again once somebody is back on it.
func TestAListThatWasEmptyIsPublishedAgain(t *testing.T) {
	f := start(t)
	id := f.waits("worker-1", "paper", "2025-01-01")
	midnight := func(day int) {
		f.clock.Set(time.Date(2026, 11, day, 4, 0, 0, 0, time.UTC))
		f.Settle()
	}
	midnight(3)
	testkit.Eventually(t, "the list is published", func() bool { return f.place("worker-1", id).GetPublishedOn() == "2026-11-03" })
	offer := f.offer(id, f.home("1", "public_rental"))
	midnight(4)
	testkit.Eventually(t, "the list is published without anybody", func() bool {
		list, err := f.client.ListWaiting(f.officer(), &housingv1.ListWaitingRequest{County: county, Kind: "public_rental"})
		return err == nil && list.GetPublishedOn() == ""
	})
	if _, err := f.client.DeclineOffer(f.Worker("worker-1"), &housingv1.DeclineOfferRequest{OfferId: offer}); err != nil {
		t.Fatal(err)
	}
	midnight(5)
	testkit.Eventually(t, "the list is published again", func() bool { return f.place("worker-1", id).GetPublishedOn() == "2026-11-05" })
}

func TestPlaceSaysWhatItRestsOn(t *testing.T) {
	f := start(t)
	first := f.waits("worker-1", "paper", "2025-01-01")
	second := f.waits("worker-2", "witness", "2026-01-01")
	top, next := f.place("worker-1", first), f.place("worker-2", second)
	if top.GetPosition() != 1 || next.GetPosition() != 2 || next.GetTotal() != 2 || top.GetPoints() != 22+15 || next.GetPoints() != 10+15 || next.GetDecidedBy() != "points" {
		t.Fatalf("%v\n%v", top, next)
	}
	if next.GetNeed() != 13 || len(next.GetLines()) != 4 || next.GetLines()[0].GetForm() != "witness" || next.GetLines()[0].GetMost() != 24 {
		t.Errorf("%v", next)
	}
	complete(t, next.GetWhy())
	// A witness's word brings what a paper brings.
	third := f.waits("worker-3", "witness", "2025-01-01")
	if p := f.place("worker-3", third); p.GetPoints() != top.GetPoints() {
		t.Errorf("%d points by a witness, %d by a paper", p.GetPoints(), top.GetPoints())
	}
	_, err := f.client.GetPlace(f.Worker("worker-2"), &housingv1.GetPlaceRequest{ApplicationId: first})
	wantCode(t, "another's place", err, "housing.application.unknown")
	list, err := f.client.ListWaiting(f.officer(), &housingv1.ListWaitingRequest{County: county, Kind: "public_rental"})
	if err != nil || list.GetTotal() != 3 {
		t.Fatalf("%v, %v", list, err)
	}
	var witness int32
	for _, r := range list.GetRates() {
		if r.GetRuleId() == "HO-PT-WORK" && r.GetForm() == "witness" {
			witness = r.GetCount()
		}
	}
	if witness != 2 {
		t.Errorf("rates %v", list.GetRates())
	}
	// What moved is told against the list that was published last.
	f.clock.Set(time.Date(2026, 11, 3, 4, 0, 0, 0, time.UTC))
	testkit.Eventually(t, "the list is published", func() bool { return f.place("worker-2", second).GetPublishedOn() == "2026-11-03" })
	was := f.place("worker-2", second).GetPosition()
	if _, err := f.client.WithdrawApplication(f.Worker("worker-1"), &housingv1.WithdrawApplicationRequest{ApplicationId: first}); err != nil {
		t.Fatal(err)
	}
	if p := f.place("worker-2", second); p.GetWas() != was || p.GetPosition() != was-1 {
		t.Errorf("was %d, now %d, before %d", p.GetWas(), p.GetPosition(), was)
	}
}

func TestOtherKindsBesideIt(t *testing.T) {
	f := start(t)
	for kind, work := range map[string]bool{"affordable_rental": false, "rent_subsidy": false, "public_rental": true} {
		req := application(kind)
		req.DeclaresIncomeBelow = kind != "affordable_rental"
		r, err := f.client.ApplyForHome(f.Worker(worker), req)
		if err != nil {
			t.Fatal(kind, err)
		}
		d := f.decide(r.GetApplicationId(), "")
		if (d.GetOutcome() == "more_needed") != work {
			t.Errorf("%s: %v", kind, d)
		}
		if kind == "rent_subsidy" && f.get(r.GetApplicationId()).GetSubsidyFen() != 45*800 {
			t.Errorf("subsidy %d", f.get(r.GetApplicationId()).GetSubsidyFen())
		}
	}
	_, err := f.client.AddHome(f.officer(), &housingv1.AddHomeRequest{Estate: "租赁补贴", Number: "1", County: county, Kind: "rent_subsidy", RentFen: 5})
	wantCode(t, "a subsidy with a rent", err, "housing.home.subsidy")
	bad := application("public_rental")
	bad.Worker = "worker-2"
	bad.DeclaredAreaDm2 = -1
	_, err = f.client.ApplyForHome(f.Worker("worker-2"), bad)
	wantCode(t, "less than no area", err, "rpc.field")
}

func TestFalseStatementIsAPersonsFinding(t *testing.T) {
	f := start(t)
	id := f.waits("worker-1", "paper", "2025-01-01")
	_, err := f.client.DecideEligibility(f.officer(), &housingv1.DecideEligibilityRequest{ApplicationId: id, FalseStatement: true, RefusalReasonCode: "x"})
	wantCode(t, "decided twice", err, "housing.application.state")
	req := application("public_rental")
	req.Worker = "worker-2"
	r, err := f.client.ApplyForHome(f.Worker("worker-2"), req)
	if err != nil {
		t.Fatal(err)
	}
	decide := func(id string, found bool, code string) (*housingv1.DecideEligibilityResponse, error) {
		return f.client.DecideEligibility(f.officer(), &housingv1.DecideEligibilityRequest{ApplicationId: id, FalseStatement: found, RefusalReasonCode: code})
	}
	_, err = decide(r.GetApplicationId(), true, "")
	wantCode(t, "without a reason", err, "housing.refusal.code")
	d, err := decide(r.GetApplicationId(), true, "income_record")
	if err != nil || d.GetOutcome() != "refused" {
		t.Fatalf("%v, %v", d, err)
	}
	complete(t, d.GetWhy())
	if _, err := f.client.WithdrawApplication(f.Worker("worker-2"), &housingv1.WithdrawApplicationRequest{ApplicationId: r.GetApplicationId()}); err != nil {
		t.Fatal(err)
	}
	// A new application is taken: only a person says no to it, and it says until when.
	again, err := f.client.ApplyForHome(f.Worker("worker-2"), req)
	if err != nil {
		t.Fatal(err)
	}
	d, err = decide(again.GetApplicationId(), false, "")
	if err != nil || d.GetOutcome() != "more_needed" {
		t.Fatalf("%v, %v", d, err)
	}
	complete(t, d.GetWhy())
	bar := d.GetWhy()[len(d.GetWhy())-1]
	if bar.GetRuleId() != "HO-06" || bar.GetChanges()[1].GetFrom() != "2031-11-03" {
		t.Errorf("%v", bar)
	}
}

func (f *fixture) openRound(homes ...string) (string, error) {
	r, err := f.client.OpenRound(f.officer(), &housingv1.OpenRoundRequest{County: county, Kind: "public_rental", HomeIds: homes, FigureName: "上证指数收盘价，上海证券交易所网站", FigureDue: "2026-11-05"})
	return r.GetRoundId(), err
}

func (f *fixture) offerRound(id string) (int32, error) {
	r, err := f.client.OfferRound(f.officer(), &housingv1.OfferRoundRequest{RoundId: id})
	return r.GetOffered(), err
}

func (f *fixture) confirm(no, round, figure string) (string, error) {
	r, err := f.client.ConfirmFigure(f.officerNo(no), &housingv1.ConfirmFigureRequest{RoundId: round, Figure: figure})
	return r.GetState(), err
}

func TestRoundByPoints(t *testing.T) { onEach(t, roundByPoints) }

func roundByPoints(t *testing.T, f *fixture) {
	ids := map[string]string{}
	for i, since := range []string{"2025-01-01", "2025-06-01", "2026-01-01"} {
		who := fmt.Sprintf("worker-%d", i+1)
		ids[who] = f.waits(who, "paper", since)
	}
	home := f.home("1", "public_rental")
	_, err := f.openRound()
	wantCode(t, "no home", err, "housing.round.homes")
	_, err = f.openRound(home, home)
	wantCode(t, "a home twice", err, "housing.round.home_twice")
	_, err = f.openRound(f.home("9", "dormitory"))
	wantCode(t, "a home of another kind", err, "housing.home.mismatch")
	_, err = f.openRound("none")
	wantCode(t, "no such home", err, "housing.home.unknown")
	round, err := f.openRound(home)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.openRound(f.home("2", "public_rental"))
	wantCode(t, "a second round", err, "housing.round.open")
	_, err = f.client.OfferHome(f.officer(), &housingv1.OfferHomeRequest{ApplicationId: ids["worker-3"], HomeId: home})
	wantCode(t, "past the round", err, "housing.round.home_taken")
	_, err = f.confirm("officer-1", round, "3210.55")
	wantCode(t, "a draw that nothing needs", err, "housing.round.drawn")
	if n, err := f.offerRound(round); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	f.in2("worker-1", ids["worker-1"], "offered")
	_, err = f.offerRound(round)
	wantCode(t, "no home is left", err, "housing.round.nobody")
	for _, who := range []string{"worker-2", "worker-3"} {
		p := f.place(who, ids[who])
		complete(t, append(p.GetWhy(), p.GetRoundWhy()...))
		if last := p.GetRoundWhy()[0]; len(p.GetWhy()) != 2 || last.GetGaps()[0].GetUnit() != "point" || last.GetChanges()[0].GetCode() != "next_round" {
			t.Errorf("%s: %v", who, p)
		}
	}
	// A home that was offered cannot be taken out.
	_, err = f.client.ChangeRound(f.officer(), &housingv1.ChangeRoundRequest{RoundId: round, HomeIds: []string{f.home("3", "public_rental")}})
	wantCode(t, "homes below those offered", err, "housing.round.below")
	// The first declines and keeps the place; the home goes to the next.
	offer := f.get2("worker-1", ids["worker-1"]).GetOfferId()
	if _, err := f.client.DeclineOffer(f.Worker("worker-1"), &housingv1.DeclineOfferRequest{OfferId: offer}); err != nil {
		t.Fatal(err)
	}
	if p := f.place("worker-1", ids["worker-1"]); p.GetPosition() != 1 {
		t.Errorf("after declining: %v", p)
	}
	if n, err := f.offerRound(round); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	f.in2("worker-2", ids["worker-2"], "offered")
	f.in2("worker-1", ids["worker-1"], "eligible")
	list, err := f.client.GetPublicList(f.Worker("worker-3"), &housingv1.GetPublicListRequest{RoundId: round})
	if err != nil || len(list.GetEntries()) != 3 || list.GetOver() || list.GetEntries()[0].GetOutcome() != "reached" || list.GetEntries()[1].GetOutcome() != "reached" || list.GetEntries()[2].GetOutcome() != "waiting" {
		t.Fatalf("%v, %v", list, err)
	}
	if strings.Contains(list.String(), "worker-") || list.GetEntries()[0].GetApplicationId() != "" {
		t.Errorf("the public list names somebody: %v", list)
	}
	closeIt := func() error {
		_, err := f.client.CloseRound(f.officer(), &housingv1.CloseRoundRequest{RoundId: round})
		return err
	}
	if err := closeIt(); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "closed twice", closeIt(), "housing.round.closed")
	_, err = f.offerRound(round)
	wantCode(t, "an offer of a closed round", err, "housing.round.closed")
	f.clock.Advance(8 * 24 * time.Hour)
	list, err = f.client.GetPublicList(f.Service("console"), &housingv1.GetPublicListRequest{RoundId: round})
	if err != nil || !list.GetOver() || len(list.GetEntries()) != 0 {
		t.Errorf("after the legal period: %v, %v", list, err)
	}
}

func (f *fixture) get2(who, id string) *housingv1.Application {
	f.t.Helper()
	r, err := f.client.GetApplication(f.Worker(who), &housingv1.GetApplicationRequest{ApplicationId: id})
	if err != nil {
		f.t.Fatal(err)
	}
	return r.GetApplication()
}

func (f *fixture) in2(who, id, state string) {
	f.t.Helper()
	if a := f.get2(who, id); a.GetState() != state {
		f.t.Fatalf("%s is %s, not %s", who, a.GetState(), state)
	}
}

// Where points and day tie, the draw decides: committed before the figure is
// known, made by two officers, and checked by anybody.
func TestRoundByDraw(t *testing.T) {
	onEach(t, roundByDraw)
}

// onEach runs a test of the service on SQLite and on PostgreSQL.
func onEach(t *testing.T, test func(*testing.T, *fixture)) {
	t.Run("sqlite", func(t *testing.T) { test(t, start(t)) })
	t.Run("postgres", func(t *testing.T) {
		address := testkit.Postgres(t)(t)
		test(t, start(t, func(d *run.Deps) { d.Database = address }))
	})
}

func roundByDraw(t *testing.T, f *fixture) {
	ids := map[string]string{}
	for i := range 5 {
		who := fmt.Sprintf("worker-%d", i+1)
		ids[who] = f.waits(who, "paper", "2026-01-01")
	}
	word, err := f.client.SetDrawWord(f.Worker("worker-1"), &housingv1.SetDrawWordRequest{ApplicationId: ids["worker-1"], Word: "白桦"})
	if err != nil {
		t.Fatal(err)
	}
	if sum := allocate.NewWord("白桦", word.GetNonce()); hex.EncodeToString(sum[:]) != word.GetWord() {
		t.Error("the receipt does not give the hash")
	}
	_, err = f.client.SetDrawWord(f.Worker("worker-1"), &housingv1.SetDrawWordRequest{ApplicationId: ids["worker-1"]})
	wantCode(t, "no word", err, "housing.application.word")
	_, err = f.client.SetDrawWord(f.Worker("worker-2"), &housingv1.SetDrawWordRequest{ApplicationId: ids["worker-1"], Word: "x"})
	wantCode(t, "another's word", err, "housing.application.unknown")
	home := f.home("1", "public_rental")
	_, err = f.client.OpenRound(f.officer(), &housingv1.OpenRoundRequest{County: county, Kind: "public_rental", HomeIds: []string{home}})
	wantCode(t, "nothing would decide", err, "housing.round.figure_name")
	_, err = f.client.OpenRound(f.officer(), &housingv1.OpenRoundRequest{County: county, Kind: "public_rental", HomeIds: []string{home}, FigureName: "上证指数收盘价，上海证券交易所", FigureDue: "2026-11-02"})
	wantCode(t, "a figure that may be known", err, "housing.round.figure_name")
	round, err := f.openRound(home)
	if err != nil {
		t.Fatal(err)
	}
	if p := f.place("worker-1", ids["worker-1"]); len(p.GetProof()) == 0 || p.GetTied() != 4 || p.GetWord() != word.GetWord() {
		t.Errorf("no receipt: %v", p)
	}
	_, err = f.offerRound(round)
	wantCode(t, "offered before the draw", err, "housing.round.state")
	_, err = f.confirm("officer-1", round, "3210.55")
	wantCode(t, "before the figure's day", err, "housing.round.figure_early")
	_, err = f.client.GetRoundBundle(f.Worker(worker), &housingv1.GetRoundBundleRequest{RoundId: round})
	wantCode(t, "a bundle before the draw", err, "housing.round.no_draw")
	f.clock.Set(time.Date(2026, 11, 5, 8, 0, 0, 0, time.UTC))
	_, err = f.confirm("officer-1", round, " ")
	wantCode(t, "no figure", err, "housing.round.figure")
	if state, err := f.confirm("officer-1", round, "3210.55"); err != nil || state != "confirming" {
		t.Fatal(state, err)
	}
	_, err = f.confirm("officer-1", round, "3210.55")
	wantCode(t, "one officer twice", err, "housing.round.figure_officer")
	_, err = f.confirm("officer-2", round, "3210.56")
	wantCode(t, "two figures", err, "housing.round.figure_differs")
	if state, err := f.confirm("officer-2", round, "3210.55"); err != nil || state != "drawn" {
		t.Fatal(state, err)
	}
	if n, err := f.offerRound(round); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	bundle, err := f.client.GetRoundBundle(f.Worker(worker), &housingv1.GetRoundBundleRequest{RoundId: round})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := allocate.VerifyBundle(strings.NewReader(bundle.GetBundle())); err != nil {
		t.Error(err)
	}
	if !strings.Contains(bundle.GetBundle(), word.GetWord()) {
		t.Error("the word is not in the bundle")
	}
	offered := 0
	for who, id := range ids {
		p := f.place(who, id)
		if !strings.Contains(bundle.GetBundle(), p.GetTicket()) || p.GetTicket() == "" {
			t.Errorf("%s: no ticket in the bundle", who)
		}
		if f.get2(who, id).GetState() == "offered" {
			offered++
			continue
		}
		complete(t, append(p.GetWhy(), p.GetRoundWhy()...))
		last := p.GetRoundWhy()[0]
		if !slices.ContainsFunc(last.GetFacts(), func(r *platformv1.ReasonFact) bool { return r.GetName() == "decided_by_draw" }) || last.GetGaps()[0].GetShort() != "1" {
			t.Errorf("%s: %v", who, last)
		}
	}
	seen, err := f.client.GetPlace(f.officer(), &housingv1.GetPlaceRequest{ApplicationId: ids["worker-2"]})
	if err != nil || seen.GetPlace().GetTicket() != "" {
		t.Errorf("an officer saw a ticket: %v, %v", seen, err)
	}
	if offered != 1 {
		t.Errorf("%d offers of one home", offered)
	}
	got, err := f.client.GetRound(f.officer(), &housingv1.GetRoundRequest{RoundId: round})
	if err != nil || got.GetRound().GetRoot() == "" || got.GetEntries()[0].GetOutcome() != "open" {
		t.Errorf("%v, %v", got, err)
	}
	// A lapse keeps the place too, and the home goes on.
	var first string
	for who, id := range ids {
		if a := f.get2(who, id); a.GetState() == "offered" {
			first = who
			f.deliverTo(who, a.GetOfferId())
		}
	}
	f.clock.Advance(6 * 24 * time.Hour)
	testkit.Eventually(t, "the offer lapsed", func() bool { return f.get2(first, ids[first]).GetState() == "eligible" })
	if n, err := f.offerRound(round); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	f.in2(first, ids[first], "eligible")
}

func (f *fixture) deliverTo(who, about string) {
	f.t.Helper()
	id := "message-" + about
	f.publishFor(who, f.registry, id, &registryv1.MessageDelivered{MessageId: id, Template: "offer", About: about, AboutService: "housing", AboutKind: "offer"})
}
