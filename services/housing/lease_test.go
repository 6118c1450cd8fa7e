package housing_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
)

// leased takes the worker to a lease from 2 November 2026 to the end of a year.
func (f *fixture) leased(kind string) string {
	f.t.Helper()
	r, err := f.client.ApplyForHome(f.Worker(worker), application(kind))
	if err != nil {
		f.t.Fatal(err)
	}
	id := r.GetApplicationId()
	if kind != "dormitory" {
		f.grant("grant-1", "job", "insurance_months")
		f.hire("2020-01-01")
		f.decide(id, "")
	}
	offer := f.offer(id, f.home("1", kind))
	if err := f.accept(f.Worker(worker), offer); err != nil {
		f.t.Fatal(err)
	}
	lease, err := f.sign(f.Worker(worker), offer, "2026-11-02", "2027-11-01")
	if err != nil {
		f.t.Fatal(err)
	}
	return lease
}

func (f *fixture) lease(id string) *housingv1.LeaseFile {
	f.t.Helper()
	r, err := f.client.GetLease(f.Worker(worker), &housingv1.GetLeaseRequest{LeaseId: id})
	if err != nil {
		f.t.Fatal(err)
	}
	return r.GetFile()
}

// months lets the platform's clocks live through months, one look at a time.
func (f *fixture) months(n int) {
	f.t.Helper()
	for range n {
		now := f.clock.Now()
		f.clock.Set(time.Date(now.Year(), now.Month()+1, 2, 4, 0, 0, 0, time.UTC))
		f.Settle()
	}
}

func TestRentLedger(t *testing.T) {
	f := start(t)
	lease := f.leased("public_rental")
	pay := func(month string, fen int64, on, ref string) error {
		_, err := f.client.RecordRent(f.officer(), &housingv1.RecordRentRequest{LeaseId: lease, Month: month, AmountFen: fen, PaidOn: on, Reference: ref})
		return err
	}
	wantCode(t, "no month of it", pay("2026-10", 41000, "2026-11-02", "r"), "housing.rent.month")
	wantCode(t, "no month", pay("soon", 41000, "2026-11-02", "r"), "rpc.field")
	wantCode(t, "nothing", pay("2026-11", 0, "2026-11-02", "r"), "housing.rent.amount")
	wantCode(t, "a future day", pay("2026-11", 1, "2026-11-03", "r"), "housing.rent.day")
	for range 2 { // the same reference again changes nothing
		if err := pay("2026-11", 40000, "2026-11-02", "r1"); err != nil {
			t.Fatal(err)
		}
	}
	f.months(2)
	l := f.lease(lease)
	if len(l.GetMonths()) != 3 || l.GetMonths()[0].GetPaidFen() != 40000 || l.GetArrearsFen() != 1000+41000 || l.GetArrearsMonths() != 2 || l.GetMonths()[0].GetDueOn() != "2026-11-10" {
		t.Errorf("%v", l)
	}
	_, err := f.client.GetLease(f.Worker("worker-2"), &housingv1.GetLeaseRequest{LeaseId: lease})
	wantCode(t, "another's lease", err, "housing.lease.unknown")
	_, err = f.client.RecordRent(f.Worker(worker), &housingv1.RecordRentRequest{LeaseId: lease})
	wantCode(t, "the tenant records", err, "auth.denied")
}

// A clock asks a person to look, once, and ends nothing.
func TestClocksOnlyAsk(t *testing.T) {
	f := start(t)
	lease := f.leased("public_rental")
	f.months(8)
	testkit.Eventually(t, "a person is asked", func() bool { return len(f.lease(lease).GetReviews()) == 1 })
	f.months(1)
	l := f.lease(lease)
	if len(l.GetReviews()) != 1 || l.GetReviews()[0].GetGround() != "arrears" || l.GetState() != "running" || len(l.GetExits()) != 0 {
		t.Fatalf("%v", l)
	}
	closeIt := func(outcome string) error {
		_, err := f.client.CloseReview(f.officer(), &housingv1.CloseReviewRequest{ReviewId: l.GetReviews()[0].GetReviewId(), Outcome: outcome})
		return err
	}
	wantCode(t, "no finding", closeIt("x"), "housing.review.outcome")
	if err := closeIt("agreed"); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "closed twice", closeIt("agreed"), "housing.review.closed")
}

func TestVacancyOnlyAsks(t *testing.T) {
	f := start(t)
	lease := f.leased("public_rental")
	note := func(since string) error {
		_, err := f.client.NoteVacancy(f.officer(), &housingv1.NoteVacancyRequest{LeaseId: lease, Since: since})
		return err
	}
	wantCode(t, "from tomorrow", note("2026-11-03"), "housing.lease.vacant_day")
	if err := note("2026-11-02"); err != nil {
		t.Fatal(err)
	}
	pay := func() { // so that arrears do not ask
		now := f.clock.Now()
		for m := range 8 {
			month := time.Date(2026, time.Month(11+m), 1, 0, 0, 0, 0, time.UTC)
			if month.After(now) {
				break
			}
			if _, err := f.client.RecordRent(f.officer(), &housingv1.RecordRentRequest{LeaseId: lease, Month: month.Format("2006-01"), AmountFen: 41000, PaidOn: now.Format("2006-01-02"), Reference: month.Format("2006-01")}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for range 7 {
		pay()
		f.months(1)
	}
	testkit.Eventually(t, "a person is asked", func() bool { return len(f.lease(lease).GetReviews()) == 1 })
	if r := f.lease(lease).GetReviews()[0]; r.GetGround() != "vacant" {
		t.Errorf("%v", r)
	}
}

func TestRenewal(t *testing.T) {
	f := start(t)
	lease := f.leased("public_rental")
	ask := func() (string, error) {
		r, err := f.client.AskRenewal(f.Worker(worker), &housingv1.AskRenewalRequest{LeaseId: lease})
		return r.GetRenewalId(), err
	}
	_, err := ask()
	wantCode(t, "too early", err, "housing.renewal.early")
	f.months(10) // to 2 September 2027: asked from 1 August
	testkit.Eventually(t, "the tenant is told", func() bool { return f.count("housing.renewal.due.v1") == 1 })
	id, err := ask()
	if err != nil {
		t.Fatal(err)
	}
	_, err = ask()
	wantCode(t, "asked twice", err, "housing.renewal.twice")
	decide := func(id, ends, code string) (*housingv1.DecideRenewalResponse, error) {
		return f.client.DecideRenewal(f.officer(), &housingv1.DecideRenewalRequest{RenewalId: id, EndsOn: ends, RefusalReasonCode: code})
	}
	_, err = decide(id, "2033-01-01", "")
	wantCode(t, "too long", err, "housing.lease.term")
	_, err = decide(id, "", "he is loud")
	wantCode(t, "free text", err, "rpc.field")
	d, err := decide(id, "", "income_over")
	if err != nil {
		t.Fatal(err)
	}
	complete(t, d.GetWhy())
	_, err = decide(id, "2028-11-01", "")
	wantCode(t, "decided twice", err, "housing.renewal.state")
	if l := f.lease(lease); l.GetState() != "running" || l.GetRenewal().GetState() != "refused" {
		t.Errorf("%v", l)
	}
	id, err = ask() // a refusal is not the last word
	if err != nil {
		t.Fatal(err)
	}
	if _, err := decide(id, "2029-11-01", ""); err != nil {
		t.Fatal(err)
	}
	if l := f.lease(lease); l.GetEndsOn() != "2029-11-01" || l.GetRenewFrom() != "2029-08-01" {
		t.Errorf("%v", l)
	}
	f.months(2)
	if n := f.count("housing.renewal.due.v1"); n != 1 {
		t.Errorf("told %d times", n)
	}
}

func TestRepair(t *testing.T) {
	f := start(t)
	lease := f.leased("public_rental")
	report := func(what string) (string, error) {
		r, err := f.client.ReportRepair(f.Worker(worker), &housingv1.ReportRepairRequest{LeaseId: lease, What: what})
		return r.GetRepairId(), err
	}
	_, err := report("everything, call me")
	wantCode(t, "free text", err, "rpc.field")
	id, err := report("heating")
	if err != nil {
		t.Fatal(err)
	}
	plan := func(on string) error {
		_, err := f.client.PlanRepair(f.officer(), &housingv1.PlanRepairRequest{RepairId: id, PlannedOn: on})
		return err
	}
	finish := func() error {
		_, err := f.client.FinishRepair(f.officer(), &housingv1.FinishRepairRequest{RepairId: id})
		return err
	}
	confirm := func(works bool) error {
		_, err := f.client.ConfirmRepair(f.Worker(worker), &housingv1.ConfirmRepairRequest{RepairId: id, Works: works})
		return err
	}
	wantCode(t, "yesterday", plan("2026-11-01"), "housing.repair.day")
	wantCode(t, "confirmed early", confirm(true), "housing.repair.state")
	for _, works := range []bool{false, true} { // what does not work is open again
		if err := plan("2026-11-05"); err != nil {
			t.Fatal(err)
		}
		if err := finish(); err != nil {
			t.Fatal(err)
		}
		wantCode(t, "planned when done", plan("2026-11-05"), "housing.repair.state")
		if err := confirm(works); err != nil {
			t.Fatal(err)
		}
	}
	if r := f.lease(lease).GetRepairs(); len(r) != 1 || r[0].GetState() != "confirmed" {
		t.Errorf("%v", r)
	}
}

// Nobody loses a home but by a notice, an answer or the time for it, another
// officer's decision, and an appeal that a third one heard.
func TestExit(t *testing.T) { onEach(t, exit) }

func exit(t *testing.T, f *fixture) {
	lease := f.leased("public_rental")
	notice := func(no, ground string) (string, error) {
		r, err := f.client.GiveNotice(f.officerNo(no), &housingv1.GiveNoticeRequest{LeaseId: lease, Ground: ground})
		if err == nil {
			complete(t, r.GetWhy())
		}
		return r.GetExitId(), err
	}
	_, err := notice("officer-1", "too_many_guests")
	wantCode(t, "no ground of the rules", err, "housing.exit.ground")
	_, err = notice("officer-1", "arrears")
	wantCode(t, "nothing is owed", err, "housing.exit.arrears")
	f.months(8)
	id, err := notice("officer-1", "arrears")
	if err != nil {
		t.Fatal(err)
	}
	_, err = notice("officer-2", "change_of_use")
	wantCode(t, "two notices", err, "housing.exit.twice")
	decide := func(no string, leave bool, by string) (*housingv1.DecideExitResponse, error) {
		return f.client.DecideExit(f.officerNo(no), &housingv1.DecideExitRequest{ExitId: id, Leave: leave, LeaveBy: by})
	}
	_, err = decide("officer-2", true, "2028-01-01")
	wantCode(t, "the notice has not arrived", err, "housing.exit.early")
	f.clock.Advance(60 * 24 * time.Hour)
	_, err = decide("officer-2", true, "2028-01-01")
	wantCode(t, "silence before it arrived", err, "housing.exit.early")
	f.served(id, "housing.exit.noticed")
	answer := func(a string) error {
		_, err := f.client.AnswerNotice(f.Worker(worker), &housingv1.AnswerNoticeRequest{ExitId: id, AnswerCode: a})
		return err
	}
	wantCode(t, "free text", answer("no!"), "rpc.field")
	if err := answer("disputes"); err != nil {
		t.Fatal(err)
	}
	_, err = decide("officer-1", true, "2028-01-01")
	wantCode(t, "who noticed decides", err, "housing.exit.officer")
	_, err = decide("officer-2", true, f.clock.Now().AddDate(0, 0, 3).Format("2006-01-02"))
	wantCode(t, "no time to move", err, "housing.exit.leave_by")
	by := f.clock.Now().AddDate(0, 0, 40).Format("2006-01-02")
	d, err := decide("officer-2", true, by)
	if err != nil {
		t.Fatal(err)
	}
	complete(t, d.GetWhy())
	left := func() error {
		_, err := f.client.RecordLeft(f.officer(), &housingv1.RecordLeftRequest{ExitId: id, On: f.clock.Now().Format("2006-01-02")})
		return err
	}
	wantCode(t, "left while it can be appealed", left(), "housing.exit.not_final")
	f.clock.Advance(20 * 24 * time.Hour) // more than its days, and nobody is known to have the decision
	if e := f.lease(lease).GetExits()[0]; e.GetAppealUntil() != "" || e.GetAppealDays() != 15 {
		t.Fatalf("%v", e)
	}
	f.served(id, "housing.exit.decided")
	if e := f.lease(lease).GetExits()[0]; e.GetAppealUntil() != clock.DateOf(f.clock.Now()).AddDays(15).String() || e.GetWhy()[0].GetAppeals()[0].GetUntil() != e.GetAppealUntil() {
		t.Fatalf("%v", e)
	}
	if _, err := f.client.AppealExit(f.Worker(worker), &housingv1.AppealExitRequest{ExitId: id}); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "left during the appeal", left(), "housing.exit.state")
	appeal := func(no string, stays bool) error {
		_, err := f.client.DecideExitAppeal(f.officerNo(no), &housingv1.DecideExitAppealRequest{ExitId: id, Stays: stays})
		return err
	}
	wantCode(t, "who noticed hears the appeal", appeal("officer-1", false), "housing.exit.officer")
	wantCode(t, "who decided hears the appeal", appeal("officer-2", false), "housing.exit.officer")
	reconsider := func() string {
		all := f.lease(lease).GetExits()[0].GetWhy()[0].GetAppeals()
		return all[len(all)-1].GetUntil()
	}
	first := reconsider()
	f.clock.Advance(10 * 24 * time.Hour) // an appeal takes its time, and takes none of the tenant's
	if err := appeal("officer-3", false); err != nil {
		t.Fatal(err)
	}
	if e := f.lease(lease).GetExits()[0]; e.GetLeaveBy() != clock.DateOf(f.clock.Now()).AddDays(30).String() || len(e.GetWhy()[0].GetAppeals()) != 1 || reconsider() != "" {
		t.Errorf("after the appeal: %v", e)
	}
	f.served(id, "housing.exit.appeal_decided")
	if again := reconsider(); again <= first {
		t.Errorf("reconsideration until %s, and before the appeal until %s", again, first)
	}
	wantCode(t, "before the day to leave", left(), "housing.exit.not_final")
	if l := f.lease(lease); l.GetState() != "running" || l.GetExits()[0].GetState() != "leaves" {
		t.Fatalf("%v", l)
	}
	f.clock.Advance(30 * 24 * time.Hour)
	f.Settle()
	if l := f.lease(lease); l.GetState() != "running" {
		t.Fatalf("a clock ended a lease: %v", l)
	}
	if err := left(); err != nil {
		t.Fatal(err)
	}
	if l := f.lease(lease); l.GetState() != "left" || f.free() != 1 {
		t.Errorf("%v", l)
	}
	wantCode(t, "a repair after leaving", func() error {
		_, err := f.client.ReportRepair(f.Worker(worker), &housingv1.ReportRepairRequest{LeaseId: lease, What: "roof"})
		return err
	}(), "housing.lease.left")
}

func TestExitEndsInStaying(t *testing.T) {
	f := start(t)
	lease := f.leased("public_rental")
	r, err := f.client.GiveNotice(f.officerNo("officer-1"), &housingv1.GiveNoticeRequest{LeaseId: lease, Ground: "change_of_use"})
	if err != nil {
		t.Fatal(err)
	}
	f.served(r.GetExitId(), "housing.exit.noticed")
	f.clock.Advance(16 * 24 * time.Hour) // silence decides nothing, a person may
	if _, err := f.client.DecideExit(f.officerNo("officer-2"), &housingv1.DecideExitRequest{ExitId: r.GetExitId()}); err != nil {
		t.Fatal(err)
	}
	if l := f.lease(lease); l.GetState() != "running" || l.GetExits()[0].GetState() != "stays" {
		t.Errorf("%v", l)
	}
	_, err = f.client.LeaveHome(f.helper(), &housingv1.LeaveHomeRequest{LeaseId: lease, On: "2026-11-18"})
	wantCode(t, "a helper ends it", err, "housing.lease.leave_other")
	_, err = f.client.LeaveHome(f.Counter("hou", worker), &housingv1.LeaveHomeRequest{LeaseId: lease, On: "2026-11-18"})
	wantCode(t, "a counter ends it", err, "auth.denied")
	_, err = f.client.LeaveHome(f.Worker(worker), &housingv1.LeaveHomeRequest{LeaseId: lease, On: "2028-01-01"})
	wantCode(t, "leaving in the future", err, "housing.lease.leave_day")
	if _, err := f.client.LeaveHome(f.Worker(worker), &housingv1.LeaveHomeRequest{LeaseId: lease, On: "2026-11-18"}); err != nil {
		t.Fatal(err) // his own wish needs nobody
	}
	if f.free() != 1 || f.count("housing.lease.ended.v1") != 1 {
		t.Error("the home is not free, or nobody was told")
	}
}

// Leaving a job ends no stay in a dormitory; after 30 days a person looks.
func TestJobEndKeepsTheDormitory(t *testing.T) {
	f := start(t)
	lease := f.leased("dormitory")
	f.publish(f.employment, "hire-1", &employmentv1.HireEnded{HireId: "hire-1", StartOn: "2026-01-01", EndedOn: "2026-11-02"})
	f.clock.Advance(30 * 24 * time.Hour)
	f.Settle()
	if l := f.lease(lease); l.GetState() != "running" || len(l.GetReviews()) != 0 {
		t.Fatalf("within 30 days: %v", l)
	}
	f.clock.Advance(24 * time.Hour)
	testkit.Eventually(t, "a person is asked", func() bool { return len(f.lease(lease).GetReviews()) == 1 })
	if l := f.lease(lease); l.GetState() != "running" || l.GetReviews()[0].GetGround() != "job_ended" {
		t.Errorf("%v", l)
	}
}

// An employer asks for places and learns counts; each worker takes one himself.
func TestEmployerAsksForPlaces(t *testing.T) {
	f := start(t)
	ask := func(employer string, n int32) (string, error) {
		r, err := f.client.AskPlaces(f.Employer("employer-1"), &housingv1.AskPlacesRequest{EmployerId: employer, County: county, Places: n})
		return r.GetRequestId(), err
	}
	_, err := ask("employer-2", 3)
	wantCode(t, "for another employer", err, "auth.not_yours")
	_, err = ask("employer-1", 0)
	wantCode(t, "no places", err, "housing.places.count")
	id, err := ask("employer-1", 3)
	if err != nil {
		t.Fatal(err)
	}
	grant := func(n int32) error {
		_, err := f.client.GrantPlaces(f.officer(), &housingv1.GrantPlacesRequest{RequestId: id, Places: n})
		return err
	}
	wantCode(t, "more than asked", grant(4), "housing.places.count")
	if err := grant(1); err != nil {
		t.Fatal(err)
	}
	var last error
	for i := range 2 {
		who := fmt.Sprintf("worker-%d", i+1)
		req := application("dormitory")
		req.Worker, req.RequestId = who, id
		r, err := f.client.ApplyForHome(f.Worker(who), req)
		if err != nil {
			t.Fatal(err)
		}
		_, last = f.client.OfferHome(f.officer(), &housingv1.OfferHomeRequest{ApplicationId: r.GetApplicationId(), HomeId: f.home(fmt.Sprint(i), "dormitory")})
	}
	wantCode(t, "a place too many", last, "housing.places.taken")
	wantCode(t, "fewer than taken", grant(0), "housing.places.below")
	req := application("public_rental")
	req.Worker, req.RequestId = "worker-3", id
	_, err = f.client.ApplyForHome(f.Worker("worker-3"), req)
	wantCode(t, "not a dormitory", err, "housing.application.request")
	list, err := f.client.ListPlaceRequests(f.Employer("employer-1"), &housingv1.ListPlaceRequestsRequest{})
	if err != nil || len(list.GetRequests()) != 1 || list.GetRequests()[0].GetTaken() != 1 {
		t.Errorf("%v, %v", list, err)
	}
	if list, err := f.client.ListPlaceRequests(f.Employer("employer-2"), &housingv1.ListPlaceRequestsRequest{EmployerId: "employer-1"}); err != nil || len(list.GetRequests()) != 0 {
		t.Errorf("another employer saw %v, %v", list, err)
	}
}

func TestFundChecklistAsksNothing(t *testing.T) {
	f := start(t)
	r, err := f.client.GetFundChecklist(f.Worker(worker), &housingv1.GetFundChecklistRequest{Ground: "rent"})
	if err != nil || len(r.GetGrounds()) != 6 || len(r.GetPapers()) == 0 || len(r.GetSubstitutes()) == 0 || r.GetDecideDays() != 3 || len(r.GetRules()) != 2 || r.GetRules()[0].GetNumbers()["days_from_hire"] != "30" {
		t.Errorf("%v, %v", r, err)
	}
	_, err = f.client.GetFundChecklist(f.Worker(worker), &housingv1.GetFundChecklistRequest{Ground: "fun"})
	wantCode(t, "no such ground", err, "housing.fund.ground")
}
