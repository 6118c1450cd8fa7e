package employment_test

import (
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/outbox"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

func TestStartupGuides(t *testing.T) {
	f := start(t)
	for _, guide := range []string{"general", "farm_stay"} {
		r, err := f.client.GetStartupGuide(f.Worker("worker-1"), &employmentv1.GetStartupGuideRequest{Guide: guide, County: "654323"})
		if g := ok(t, r, err); len(g.GetSteps()) < 8 || g.GetLoanMaxFen() != 30_000_000 || g.GetLoanYears() != 3 || len(g.GetBanks()) == 0 || len(g.GetTopics()) == 0 || len(g.GetGroups()) == 0 {
			t.Error(g)
		}
	}
	_, err := f.client.GetStartupGuide(f.Worker("worker-1"), &employmentv1.GetStartupGuideRequest{Guide: "fast", County: "654323"})
	refused(t, err, "employment.startup.guide")
	_, err = f.client.GetStartupGuide(f.Worker("worker-1"), &employmentv1.GetStartupGuideRequest{Guide: "general", County: "110000"})
	refused(t, err, "employment.county")
}

func TestTaxReliefIsCheckedAndNotKept(t *testing.T) {
	f := start(t)
	check := func(q *employmentv1.CheckTaxReliefRequest) map[string]*platformv1.Reason {
		t.Helper()
		q.County = "654323"
		r, err := f.client.CheckTaxRelief(f.Worker("worker-1"), q)
		all := map[string]*platformv1.Reason{}
		for _, x := range ok(t, r, err).GetReasons() {
			all[x.GetRuleId()] = x
			if x.GetOutcome() != "met" && (len(x.GetGaps()) == 0 || len(x.GetChanges()) == 0 || len(x.GetAppeals()) == 0 || len(x.GetFacts()) == 0) {
				t.Errorf("not enough is said: %v", x)
			}
		}
		return all
	}
	all := check(&employmentv1.CheckTaxReliefRequest{MonthSalesFen: 9_000_000, YearIncomeFen: 1, Individual: true, Group: "out_of_poverty"})
	for id, x := range all {
		if x.GetOutcome() != "met" || !x.GetToBeConfirmed() {
			t.Errorf("%s: %v", id, x)
		}
	}
	all = check(&employmentv1.CheckTaxReliefRequest{MonthSalesFen: 10_000_100, YearIncomeFen: 300_000_000})
	if g := all["EM-TAX-VAT"].GetGaps()[0]; g.GetShort() != "100" || g.GetUnit() != "fen" {
		t.Error(g)
	}
	if g := all["EM-TAX-GROUP"].GetGaps(); len(g) != 2 {
		t.Error(g)
	}
	for code, q := range map[string]*employmentv1.CheckTaxReliefRequest{"rpc.field": {County: "654323", MonthSalesFen: -1}, "employment.tax.input": {County: "654323", Group: "rich"}} {
		_, err := f.client.CheckTaxRelief(f.Worker("worker-1"), q)
		refused(t, err, code)
	}
	if got := f.happened(0); len(got) != 0 {
		t.Error(types(got))
	}
}

// A relief that has an end is not shown beyond it, nor refused: what follows is
// not announced yet. The rest of the page goes on.
func TestWhatFollowsIsNotAnnouncedYet(t *testing.T) {
	f := start(t)
	guide := func() *employmentv1.GetStartupGuideResponse {
		t.Helper()
		r, err := f.client.GetStartupGuide(f.Worker("worker-1"), &employmentv1.GetStartupGuideRequest{Guide: "general", County: "654323"})
		return ok(t, r, err)
	}
	taxes := func() []*platformv1.Reason {
		t.Helper()
		r, err := f.client.CheckTaxRelief(f.Worker("worker-1"), &employmentv1.CheckTaxReliefRequest{County: "654323", MonthSalesFen: 1, YearIncomeFen: 1, Individual: true, Group: "out_of_poverty"})
		return ok(t, r, err).GetReasons()
	}
	f.clock.Set(time.Date(2027, 12, 31, 4, 0, 0, 0, time.UTC))
	if g := guide(); len(g.GetNotAnnounced()) != 0 || len(g.GetGroups()) == 0 {
		t.Errorf("on the last day: %v", g)
	}
	f.clock.Set(time.Date(2028, 1, 1, 4, 0, 0, 0, time.UTC))
	g := guide()
	if len(g.GetNotAnnounced()) != 4 || len(g.GetGroups()) != 0 || len(g.GetSteps()) < 8 || g.GetLoanMaxFen() == 0 {
		t.Errorf("on the day after: %v", g)
	}
	for _, x := range append(taxes(), g.GetNotAnnounced()...) {
		if x.GetOutcome() != "unclear" || len(x.GetFacts()) != 0 || x.GetGaps()[0].GetName() != "not_announced" || x.GetGaps()[0].GetHave() != "2027-12-31" || len(x.GetChanges()) != 1 {
			t.Errorf("an old value is told, or no reason: %v", x)
		}
	}
	if n := len(taxes()); n != 4 {
		t.Errorf("%d reliefs", n)
	}
}

func TestAdviserIsBookedOnce(t *testing.T) {
	f := start(t)
	open := func(day string, minute int32, adviser, code string) string {
		t.Helper()
		r, err := f.client.OpenAdviserSlot(f.Officer("hrss"), &employmentv1.OpenAdviserSlotRequest{County: "654323", Day: day, Minute: minute, Minutes: 30, Adviser: adviser})
		refused(t, err, code)
		return r.GetSlotId()
	}
	slot := open("2026-11-03", 600, "adviser-1", "")
	open("2026-11-03", 600, "adviser-1", "employment.adviser.slot_twice")
	open("2026-11-03", 580, "adviser-1", "employment.adviser.slot_twice") // shares ten minutes with it
	open("2026-11-03", 629, "adviser-1", "employment.adviser.slot_twice")
	open("2026-11-01", 600, "adviser-1", "employment.adviser.slot")
	open("2026-11-03", 600, "", "employment.adviser.number")
	beside := open("2026-11-03", 620, "adviser-2", "")
	book := func(worker, slot, topic, code string) string {
		t.Helper()
		r, err := f.client.ApplyForAdviser(f.Worker(worker), &employmentv1.ApplyForAdviserRequest{Worker: worker, SlotId: slot, Topic: topic})
		refused(t, err, code)
		return r.GetBookingId()
	}
	book("worker-1", slot, "weather", "employment.adviser.topic")
	book("worker-1", "none", "plan", "employment.adviser.slot_unknown")
	booking := book("worker-1", slot, "plan", "")
	book("worker-2", slot, "plan", "employment.adviser.taken")
	book("worker-1", beside, "plan", "employment.adviser.overlap")
	free, err := f.client.ListAdviserSlots(f.Worker("worker-2"), &employmentv1.ListAdviserSlotsRequest{County: "654323"})
	if got := ok(t, free, err).GetSlots(); len(got) != 1 || got[0].GetSlotId() != beside {
		t.Error(got)
	}
	cancel := func(worker, code string) {
		t.Helper()
		_, err := f.client.WithdrawFromAdviser(f.Worker(worker), &employmentv1.WithdrawFromAdviserRequest{BookingId: booking})
		refused(t, err, code)
	}
	cancel("worker-2", "employment.adviser.booking_unknown")
	cancel("worker-1", "")
	cancel("worker-1", "employment.adviser.booking_state")
	last := book("worker-2", slot, "plan", "")
	f.clock.Advance(48 * time.Hour)
	_, err = f.client.WithdrawFromAdviser(f.Worker("worker-2"), &employmentv1.WithdrawFromAdviserRequest{BookingId: last})
	refused(t, err, "employment.adviser.over")
	book("worker-1", beside, "plan", "employment.adviser.over")
	want := []string{"employment.adviser_slot.opened.v1", "employment.adviser_slot.opened.v1", "employment.adviser_booking.made.v1", "employment.adviser_booking.cancelled.v1", "employment.adviser_booking.made.v1"}
	if got := types(f.happened(0)); !slices.Equal(got, want) {
		t.Error(got)
	}
	f.registry.Publish(outbox.Subject{Aggregate: "worker-2", Worker: "worker-2"}, &registryv1.AccountClosed{})
	f.Settle()
	if got := types(f.happened(0)); !slices.Equal(got, want) {
		t.Errorf("what was cannot be cancelled: %v", got)
	}
}

func TestOnlyTheChosenBankReadsALoanRequest(t *testing.T) {
	f := start(t)
	hand := func(code string, change func(*employmentv1.HandOffLoanRequest)) string {
		t.Helper()
		r := &employmentv1.HandOffLoanRequest{Worker: "worker-1", County: "654323", BankCode: "psbc", AmountFen: 10_000_000, Years: 3, NoticeVersion: "loan-2026-1"}
		change(r)
		reply, err := f.client.HandOffLoan(f.Worker("worker-1"), r)
		refused(t, err, code)
		return reply.GetRequestId()
	}
	hand("employment.loan.bank", func(r *employmentv1.HandOffLoanRequest) { r.BankCode = "shark" })
	hand("employment.loan.amount", func(r *employmentv1.HandOffLoanRequest) { r.AmountFen = 30_000_001 })
	hand("employment.loan.amount", func(r *employmentv1.HandOffLoanRequest) { r.AmountFen = 0 })
	hand("employment.loan.years", func(r *employmentv1.HandOffLoanRequest) { r.Years = 4 })
	hand("employment.loan.consent", func(r *employmentv1.HandOffLoanRequest) { r.NoticeVersion = "" })
	id := hand("", func(*employmentv1.HandOffLoanRequest) {})
	seen, err := f.client.ListStartupHelp(f.Counter("hrss", "worker-1"), &employmentv1.ListStartupHelpRequest{Worker: "worker-1"})
	if got := ok(t, seen, err).GetLoans(); len(got) != 0 {
		t.Errorf("an officer is shown a loan request, which is the bank's and the worker's: %v", got)
	}
	read := func(p auth.Principal, code string) *employmentv1.LoanRequest {
		t.Helper()
		r, err := f.client.ReadLoanRequest(f.As(p), &employmentv1.ReadLoanRequestRequest{RequestId: id})
		refused(t, err, code)
		return r.GetLoan()
	}
	bank := func(code string) auth.Principal { return auth.Principal{Kind: auth.Partner, Subject: code} }
	if l := read(bank("psbc"), ""); l.GetAmountFen() != 10_000_000 {
		t.Error(l)
	}
	read(bank("abc"), "employment.loan.unknown")
	read(auth.Principal{Kind: auth.Worker, Subject: "worker-2"}, "employment.loan.unknown")
	read(auth.Principal{Kind: auth.Officer, Subject: "o", Department: "hrss"}, "auth.denied")
	if before := len(f.happened(0)); read(auth.Principal{Kind: auth.Worker, Subject: "worker-2", Via: auth.ViaHelper, ActsFor: "worker-1"}, "") != nil {
		read := f.happened(before)
		if got := types(read); !slices.Equal(got, []string{"employment.record.read.v1"}) || decode(t, read[0], &platformv1.RecordRead{}).GetReader() != "worker-2" {
			t.Errorf("the worker is not told what a helper reads: %v", got)
		}
	}
	w, err := f.client.WithdrawLoanRequest(f.Worker("worker-1"), &employmentv1.WithdrawLoanRequestRequest{RequestId: id})
	ok(t, w, err)
	read(bank("psbc"), "employment.loan.unknown")
	if l := read(auth.Principal{Kind: auth.Worker, Subject: "worker-1"}, ""); l.GetState() != "withdrawn" {
		t.Error(l)
	}
	all := f.happened(0)
	if got := types(all); !slices.Equal(got, []string{"employment.loan_request.handed_off.v1", "employment.record.read.v1", "employment.record.read.v1", "employment.loan_request.withdrawn.v1"}) {
		t.Error(got)
	}
	if m := decode(t, all[0], &employmentv1.LoanRequestHandedOff{}); m.GetRequestId() != id || m.GetBankCode() != "psbc" {
		t.Error(m)
	}
}

func TestPremisesAreRequested(t *testing.T) {
	f := start(t)
	add := func(code string, change func(*employmentv1.AddPremisesRequest)) string {
		t.Helper()
		r := &employmentv1.AddPremisesRequest{County: "654323", Kind: "startup_park", Title: "福海县创业园 2 号", AreaDm2: 4000, RentFen: 0}
		change(r)
		reply, err := f.client.AddPremises(f.Officer("hrss"), r)
		refused(t, err, code)
		return reply.GetSiteId()
	}
	add("employment.premises", func(r *employmentv1.AddPremisesRequest) { r.Kind = "castle" })
	add("employment.county", func(r *employmentv1.AddPremisesRequest) { r.County = "650100" })
	site := add("", func(*employmentv1.AddPremisesRequest) {})
	ask := func(site, code string) string {
		t.Helper()
		r, err := f.client.ApplyForPremises(f.Worker("worker-1"), &employmentv1.ApplyForPremisesRequest{Worker: "worker-1", SiteId: site})
		refused(t, err, code)
		return r.GetRequestId()
	}
	ask("none", "employment.premises.unknown")
	request := ask(site, "")
	ask(site, "employment.premises.twice")
	mine := func() *employmentv1.ListStartupHelpResponse {
		r, err := f.client.ListStartupHelp(f.Worker("worker-1"), &employmentv1.ListStartupHelpRequest{Worker: "worker-1"})
		return ok(t, r, err)
	}
	if got := mine().GetRequests(); len(got) != 1 || got[0].GetState() != "requested" || got[0].GetSite().GetTitle() == "" {
		t.Error(got)
	}
	// An officer whom the worker visits sees it, and nobody else's.
	seen, err := f.client.ListStartupHelp(f.Counter("hrss", "worker-1"), &employmentv1.ListStartupHelpRequest{Worker: "worker-1"})
	if got := ok(t, seen, err).GetRequests(); len(got) != 1 || got[0].GetRequestId() != request {
		t.Errorf("at the counter: %v", got)
	}
	_, err = f.client.ListStartupHelp(f.Counter("hrss", "worker-2"), &employmentv1.ListStartupHelpRequest{Worker: "worker-1"})
	refused(t, err, "auth.not_yours")
	w, err := f.client.WithdrawPremisesRequest(f.Worker("worker-1"), &employmentv1.WithdrawPremisesRequestRequest{RequestId: request})
	ok(t, w, err)
	_, err = f.client.WithdrawPremisesRequest(f.Worker("worker-1"), &employmentv1.WithdrawPremisesRequestRequest{RequestId: request})
	refused(t, err, "employment.premises.request_state")
	ask(site, "") // who took it back may ask again
	list, err := f.client.ListPremises(f.Worker("worker-1"), &employmentv1.ListPremisesRequest{County: "654323"})
	if got := ok(t, list, err).GetPremises(); len(got) != 1 {
		t.Error(got)
	}
}
