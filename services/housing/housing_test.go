package housing_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/testkit"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

func TestFromApplicationToLease(t *testing.T) {
	f := start(t)
	home := f.home("7-4-257", "public_rental")
	f.grant("grant-1", "job", "insurance_months")
	id := f.apply()
	f.hire("2026-09-02")
	a := f.in(id, "submitted")
	if len(a.GetEvidence()) != 1 || a.GetEvidence()[0].GetSince() != "2026-09-02" || !slices.Equal(a.GetPapersNotAsked(), []string{"employment_proof"}) {
		t.Fatalf("%v", a)
	}
	d := f.decide(id, "")
	work := d.GetWhy()[2]
	gap, appeal := work.GetGaps()[0], work.GetAppeals()[0]
	if d.GetOutcome() != "more_needed" || work.GetRuleId() != "HO-JOB-MONTHS" || work.GetOutcome() != "not_met" || gap.GetHave() != "2" || gap.GetNeed() != "6" || gap.GetUnit() != "month" ||
		work.GetChanges()[0].GetFrom() != "2027-03-02" || appeal.GetDays() != 60 || appeal.GetUntil() != "" || appeal.GetDeadline() != "CLK-RC-APPLY" || !work.GetToBeConfirmed() ||
		work.GetSource() == "" || said(work, "job_months") != "2" || said(work, "job_since") != "2026-09-02" {
		t.Fatalf("%v", d)
	}
	f.served(id, "housing.eligibility.decided")
	if got := f.get(id).GetWhy()[2].GetAppeals()[0]; got.GetUntil() != "2027-01-04" || got.GetDeadline() != "CLK-RC-APPLY" || !got.GetToBeConfirmed() {
		t.Fatalf("60 days after service, moved behind the holidays: %v", got)
	}
	f.clock.Set(time.Date(2027, 3, 2, 4, 0, 0, 0, time.UTC))
	if d := f.decide(id, ""); d.GetOutcome() != "eligible" {
		t.Fatalf("after six months: %v", d)
	}
	offer := f.offer(id, home)
	if f.free() != 0 {
		t.Fatal("a home that is offered is free")
	}
	if a := f.in(id, "offered"); a.GetOfferId() != offer || a.GetOfferedHomeId() != home || a.GetAnswerBy() != 0 {
		t.Fatalf("%v", a)
	}
	f.deliver(offer)
	if a := f.get(id); a.GetAnswerBy() != time.Date(2027, 3, 7, 16, 0, 0, 0, time.UTC).UnixMicro() {
		t.Fatalf("answer by %v", time.UnixMicro(a.GetAnswerBy()))
	}
	if err := f.accept(f.Worker(worker), offer); err != nil {
		t.Fatal(err)
	}
	lease, err := f.sign(f.Worker(worker), offer, "2027-04-01", "2030-03-31")
	if err != nil {
		t.Fatal(err)
	}
	f.in(id, "leased")
	leases, err := f.client.ListLeases(f.Worker(worker), &housingv1.ListLeasesRequest{Worker: worker})
	if err != nil || len(leases.GetLeases()) != 1 {
		t.Fatalf("%v, %v", leases, err)
	}
	testkit.Equal(t, leases.GetLeases()[0], &housingv1.Lease{LeaseId: lease, HomeId: home, Address: "阿勒泰市安居苑 7-4-257", StartsOn: "2027-04-01", EndsOn: "2030-03-31", RentFen: 41000, State: "signed", Kind: "public_rental"})
	helped, err := f.client.ListLeases(f.helper(), &housingv1.ListLeasesRequest{Worker: worker})
	if err != nil || helped.GetLeases()[0].GetAddress() != "" {
		t.Fatalf("a helper saw the address: %v, %v", helped, err)
	}
	if _, err := f.client.ApplyForHome(f.Worker(worker), application("public_rental")); err != nil {
		t.Fatalf("a new application after a lease: %v", err)
	}
	f.Settle()
	var types []string
	for _, e := range f.shared() {
		types = append(types, e.Type)
		if body := string(e.Data); strings.Contains(body, "安居苑") || strings.Contains(body, "7-4-257") {
			t.Errorf("%s carries the address", e.Type)
		}
	}
	want := []string{"housing.home.listed.v1", "housing.application.submitted.v1", "housing.evidence.changed.v1", "housing.eligibility.decided.v1",
		"housing.record.read.v1", "housing.eligibility.decided.v1", "housing.record.read.v1", "housing.offer.made.v1", "housing.offer.accepted.v1", "housing.lease.signed.v1", "housing.record.read.v1", "housing.application.submitted.v1"}
	if !slices.Equal(types, want) {
		t.Errorf("published %v", types)
	}
}

func TestLeaseIsAFactUnderAGrant(t *testing.T) {
	f := start(t)
	offer := f.offer(f.eligible(), f.home("1", "public_rental"))
	if err := f.accept(f.Worker(worker), offer); err != nil {
		t.Fatal(err)
	}
	lease, err := f.sign(f.Worker(worker), offer, "2026-11-02", "2027-11-01")
	if err != nil {
		t.Fatal(err)
	}
	facts := platformv1.FactsClient{Caller: f.Client(), Target: "housing"}
	ask := &platformv1.ListFactsRequest{Worker: worker, GrantId: "grant-2", CaseId: "case-1", Kinds: []string{"lease"}}
	_, err = facts.ListFacts(f.Service("education"), ask)
	wantCode(t, "without a grant", err, "evidence.no_grant")
	f.publish(f.registry, "grant-2", &registryv1.ConsentGranted{GrantId: "grant-2", Purpose: "school_place", Kinds: []string{"lease"}, Recipient: "education", ValidFrom: "2026-11-01"})
	got, err := facts.ListFacts(f.Service("education"), ask)
	if err != nil || len(got.GetFacts()) != 1 {
		t.Fatalf("%v, %v", got, err)
	}
	want := &platformv1.Fact{Kind: "lease", Source: "housing", SourceId: lease, Worker: worker, Since: "2026-11-02", Code: county, Version: 1}
	testkit.Equal(t, got.GetFacts()[0], want)
	for _, e := range f.shared() {
		if e.Type == "housing.lease.signed.v1" && (e.Version != want.GetVersion() || e.Aggregate != lease) {
			t.Errorf("the event says version %d of %s", e.Version, e.Aggregate)
		}
	}
	f.clock.Set(time.Date(2027, 11, 2, 4, 0, 0, 0, time.UTC))
	got, err = facts.ListFacts(f.Service("education"), ask)
	if err != nil || got.GetFacts()[0].GetUntil() != "2027-11-01" {
		t.Fatalf("after its end: %v, %v", got, err)
	}
}

// said is the value of a reason's fact, "" where it has none of that name.
func said(r *platformv1.Reason, name string) string {
	for _, f := range r.GetFacts() {
		if f.GetName() == name {
			return f.GetValue()
		}
	}
	return ""
}

func TestOnlyAnOfficerRefuses(t *testing.T) {
	f := start(t)
	request := application("public_rental")
	request.DeclaresNoHome = false
	r, err := f.client.ApplyForHome(f.Worker(worker), request)
	if err != nil {
		t.Fatal(err)
	}
	id := r.GetApplicationId()
	if d := f.decide(id, ""); d.GetOutcome() != "more_needed" || d.GetWhy()[0].GetOutcome() != "not_met" || d.GetWhy()[2].GetOutcome() != "unclear" {
		t.Fatalf("%v", d)
	}
	f.in(id, "submitted")
	_, err = f.client.DecideEligibility(f.officer(), &housingv1.DecideEligibilityRequest{ApplicationId: id, RefusalReasonCode: "he has a home"})
	wantCode(t, "free text", err, "rpc.field")
	if d := f.decide(id, "has_home"); d.GetOutcome() != "refused" || said(d.GetWhy()[0], "reason_code") != "has_home" || said(d.GetWhy()[1], "reason_code") != "" || len(d.GetWhy()[0].GetAppeals()) == 0 {
		t.Fatalf("%v", d)
	}
	a := f.in(id, "refused")
	if len(a.GetWhy()) != 3 || len(a.GetWhy()[0].GetChanges()) == 0 {
		t.Fatalf("the reasons are not kept: %v", a)
	}
	// It stays open: more can be shown, and it can be decided again.
	f.grant("grant-1", "job")
	f.hire("2020-01-01")
	if d := f.decide(id, ""); d.GetOutcome() != "more_needed" || d.GetWhy()[2].GetOutcome() != "met" {
		t.Fatalf("%v", d)
	}
	f.in(id, "refused")
	for name, ctx := range map[string]struct {
		p    auth.Principal
		code string
	}{
		"another department": {auth.Principal{Kind: auth.Officer, Subject: "o", Department: "edu"}, "auth.denied"},
		"another county":     {auth.Principal{Kind: auth.Officer, Subject: "o", Department: "hou", Division: "654322"}, "housing.application.unknown"},
		"the worker":         {auth.Principal{Kind: auth.Worker, Subject: worker}, "auth.denied"},
	} {
		_, err := f.client.DecideEligibility(f.As(ctx.p), &housingv1.DecideEligibilityRequest{ApplicationId: id})
		wantCode(t, name, err, ctx.code)
	}
}

func TestAddHome(t *testing.T) {
	f := start(t)
	request := func() *housingv1.AddHomeRequest {
		return &housingv1.AddHomeRequest{Estate: "青河县安居苑", Number: "1-1-1", Layout: "单间", AreaDm2: 2850, RentFen: 18000, County: "654325", Kind: "dormitory", Reference: "ref-1"}
	}
	first, err := f.client.AddHome(f.officer(), request())
	if err != nil || first.GetOutcome() != "created" {
		t.Fatalf("%v, %v", first, err)
	}
	again := request()
	again.Reference = ""
	for _, r := range []*housingv1.AddHomeRequest{request(), again} {
		if got, err := f.client.AddHome(f.officer(), r); err != nil || got.GetOutcome() != "unchanged" || got.GetHomeId() != first.GetHomeId() {
			t.Fatalf("%v, %v", got, err)
		}
	}
	for code, change := range map[string]func(*housingv1.AddHomeRequest){
		"housing.county":      func(r *housingv1.AddHomeRequest) { r.County = "654300" },
		"housing.kind":        func(r *housingv1.AddHomeRequest) { r.Kind = "villa" },
		"housing.home.area":   func(r *housingv1.AddHomeRequest) { r.AreaDm2 = 0 },
		"rpc.field":           func(r *housingv1.AddHomeRequest) { r.RentFen = -1 },
		"housing.home.estate": func(r *housingv1.AddHomeRequest) { r.Estate = "" },
	} {
		r := request()
		change(r)
		_, err := f.client.AddHome(f.officer(), r)
		wantCode(t, code, err, code)
	}
	_, err = f.client.AddHome(f.As(auth.Principal{Kind: auth.Officer, Subject: "o", Department: "hou", Division: "654301"}), request())
	wantCode(t, "another county's officer", err, "auth.division")
	if n := f.count("housing.home.listed.v1"); n != 1 {
		t.Errorf("%d homes announced", n)
	}
}

func TestListHomesInPages(t *testing.T) {
	redis, stop := testkit.Redis(t)
	f := start(t, func(d *run.Deps) { d.Redis = redis })
	for _, number := range []string{"1", "2", "3"} {
		f.home(number, "public_rental")
	}
	f.home("4", "dormitory")
	pages := func() (sizes []int) {
		after := ""
		for {
			r, err := f.client.ListHomes(f.Worker(worker), &housingv1.ListHomesRequest{County: county, Kind: "public_rental", After: after, Limit: 2})
			if err != nil {
				t.Fatal(err)
			}
			sizes = append(sizes, len(r.GetHomes()))
			if after = r.GetNext(); after == "" {
				return sizes
			}
		}
	}
	if got := pages(); !slices.Equal(got, []int{2, 1}) {
		t.Fatalf("pages of %v", got)
	}
	f.home("5", "public_rental") // the cached pages are stale now
	if got := pages(); !slices.Equal(got, []int{2, 2, 0}) {
		t.Fatalf("after one more: pages of %v", got)
	}
	stop() // without Redis it is slower, never wrong
	f.home("6", "public_rental")
	if got := pages(); !slices.Equal(got, []int{2, 2, 1}) {
		t.Fatalf("without Redis: pages of %v", got)
	}
	for name, r := range map[string]*housingv1.ListHomesRequest{
		"housing.county": {County: "110000"}, "housing.kind": {Kind: "villa"}, "housing.page": {After: "x"},
	} {
		_, err := f.client.ListHomes(f.Worker(worker), r)
		wantCode(t, name, err, name)
	}
	_, err := f.client.ListHomes(f.Worker(worker), &housingv1.ListHomesRequest{Limit: -1})
	wantCode(t, "a negative number", err, "rpc.field")
}

func TestWhoMayApplyAndRead(t *testing.T) {
	f := start(t)
	for name, c := range map[string]struct {
		p    auth.Principal
		code string
	}{
		"an employer":            {auth.Principal{Kind: auth.Employer, Subject: "employer-1"}, "auth.denied"},
		"another worker":         {auth.Principal{Kind: auth.Worker, Subject: "worker-2"}, "auth.not_yours"},
		"an officer, unasked":    {auth.Principal{Kind: auth.Officer, Subject: "o", Department: "hou"}, "auth.not_yours"},
		"a service":              {auth.Principal{Kind: auth.Service, Subject: "education"}, "auth.denied"},
		"another's counter case": {auth.Principal{Kind: auth.Officer, Subject: "o", Department: "hou", Via: auth.ViaCounter, ActsFor: "worker-2"}, "auth.not_yours"},
	} {
		_, err := f.client.ApplyForHome(f.As(c.p), application("public_rental"))
		wantCode(t, name, err, c.code)
	}
	for code, change := range map[string]func(*housingv1.ApplyForHomeRequest){
		"housing.county":                func(r *housingv1.ApplyForHomeRequest) { r.County = "654300" },
		"housing.kind":                  func(r *housingv1.ApplyForHomeRequest) { r.Kind = "" },
		"housing.application.household": func(r *housingv1.ApplyForHomeRequest) { r.HouseholdSize = 21 },
	} {
		r := application("public_rental")
		change(r)
		_, err := f.client.ApplyForHome(f.Worker(worker), r)
		wantCode(t, code, err, code)
	}
	id := f.apply()
	_, err := f.client.ApplyForHome(f.Counter("hou", worker), application("public_rental"))
	wantCode(t, "a second one", err, "housing.application.twice")
	if _, err := f.client.ApplyForHome(f.Counter("hou", worker), application("dormitory")); err != nil {
		t.Fatalf("of another kind, at the counter: %v", err)
	}
	get := &housingv1.GetApplicationRequest{ApplicationId: id}
	_, err = f.client.GetApplication(f.Worker("worker-2"), get)
	wantCode(t, "another worker reads", err, "housing.application.unknown")
	_, err = f.client.GetApplication(f.As(auth.Principal{Kind: auth.Officer, Subject: "o", Department: "hou", Division: "654322"}), get)
	wantCode(t, "another county reads", err, "housing.application.unknown")
	_, err = f.client.ListApplications(f.Worker("worker-2"), &housingv1.ListApplicationsRequest{Worker: worker})
	wantCode(t, "another worker lists", err, "auth.not_yours")
	_, err = f.client.ListLeases(f.Worker("worker-2"), &housingv1.ListLeasesRequest{Worker: worker})
	wantCode(t, "another worker lists leases", err, "auth.not_yours")
	all, err := f.client.ListApplications(f.Worker(worker), &housingv1.ListApplicationsRequest{Worker: worker})
	if err != nil || len(all.GetApplications()) != 2 {
		t.Fatalf("%v, %v", all, err)
	}
	before := f.count("housing.record.read.v1")
	if _, err := f.client.GetApplication(f.officer(), get); err != nil {
		t.Fatal(err)
	}
	if n := f.count("housing.record.read.v1"); n != before+1 {
		t.Errorf("an officer's reading was not logged: %d", n-before)
	}
}

func TestWithdrawalAndAccountClosingFreeTheHome(t *testing.T) {
	f := start(t)
	home := f.home("1", "public_rental")
	id := f.eligible()
	offer := f.offer(id, home)
	_, err := f.client.WithdrawApplication(f.Worker("worker-2"), &housingv1.WithdrawApplicationRequest{ApplicationId: id})
	wantCode(t, "another withdraws", err, "housing.application.unknown")
	if _, err := f.client.WithdrawApplication(f.Worker(worker), &housingv1.WithdrawApplicationRequest{ApplicationId: id}); err != nil {
		t.Fatal(err)
	}
	if a := f.in(id, "withdrawn"); len(a.GetEvidence()) != 0 {
		t.Errorf("evidence was kept: %v", a)
	}
	wantCode(t, "accepted after the withdrawal", f.accept(f.Worker(worker), offer), "housing.offer.state")
	if f.free() != 1 {
		t.Error("the home is not free again")
	}
	second := f.apply()
	if a := f.get(second); len(a.GetEvidence()) != 0 { // the stand-in holds no facts of its own
		t.Errorf("%v", a)
	}
	f.publish(f.registry, "account", &registryv1.AccountClosed{ClosedOn: "2026-11-02"})
	f.in(second, "withdrawn")
}

// Promise 6: whatever anybody but the worker reads, in one record or in a list, his
// access log tells; his own reading leaves no line.
func TestWhatAHelperReadsIsLogged(t *testing.T) {
	f := start(t)
	lease := f.leased("public_rental")
	id := f.apply()
	for name, read := range map[string]func(context.Context) error{
		"an application": func(ctx context.Context) error {
			_, err := f.client.GetApplication(ctx, &housingv1.GetApplicationRequest{ApplicationId: id})
			return err
		},
		"a place": func(ctx context.Context) error {
			_, err := f.client.GetPlace(ctx, &housingv1.GetPlaceRequest{ApplicationId: id})
			return err
		},
		"a lease": func(ctx context.Context) error {
			_, err := f.client.GetLease(ctx, &housingv1.GetLeaseRequest{LeaseId: lease})
			return err
		},
		"the applications": func(ctx context.Context) error {
			_, err := f.client.ListApplications(ctx, &housingv1.ListApplicationsRequest{Worker: worker})
			return err
		},
		"the leases": func(ctx context.Context) error {
			_, err := f.client.ListLeases(ctx, &housingv1.ListLeasesRequest{Worker: worker})
			return err
		},
	} {
		before := f.count("housing.record.read.v1")
		if err := read(f.Worker(worker)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if n := f.count("housing.record.read.v1") - before; n != 0 {
			t.Errorf("%s: %d lines of what the worker himself read", name, n)
		}
		if err := read(f.helper()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if n := f.count("housing.record.read.v1") - before; n == 0 {
			t.Errorf("%s: a helper read without a line", name)
		}
	}
}
