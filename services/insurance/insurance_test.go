package insurance_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/insurance"
)

type fixture struct {
	*testkit.Platform
	clock      *clock.Manual
	employment *testkit.Publisher
	registry   *testkit.Publisher
	client     insurancev1.InsuranceClient
	people     *people
}

// people stands in for the registry, which alone knows when somebody was born.
type people struct {
	registryv1.RegistryServer // the other methods are not called
	mu                        sync.Mutex
	born                      clock.Date
	asked                     []*registryv1.CheckAgeRequest
	who                       auth.Principal
	fails                     error
}

func (p *people) CheckAge(ctx context.Context, r *registryv1.CheckAgeRequest) (*registryv1.CheckAgeResponse, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.who, _ = auth.FromContext(ctx)
	p.asked = append(p.asked, r)
	if p.fails != nil {
		return nil, p.fails
	}
	on, err := clock.ParseDate(r.GetOn())
	return &registryv1.CheckAgeResponse{Reached: err == nil && p.born.AgeOn(on) >= int(r.GetMinAge())}, err
}

func start(t *testing.T) *fixture {
	t.Helper()
	c := clock.NewManual(time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC))
	p := testkit.NewPlatform(t, c)
	young := &people{born: clock.NewDate(1990, 1, 1)}
	f := &fixture{Platform: p, clock: c, people: young, employment: p.Publisher("employment"), registry: p.Publisher("registry", registryv1.RegistryMethods(young)...)}
	s, err := insurance.New(context.Background(), p.Deps(insurance.Name))
	if err != nil {
		t.Fatal(err)
	}
	p.Start(s)
	f.client = insurancev1.InsuranceClient{Caller: p.Client(), Target: insurance.Name}
	return f
}

// hire registers a hire of worker-1 and returns the duty that it opens.
func (f *fixture) hire(t *testing.T) *insurancev1.Duty {
	t.Helper()
	f.employment.Publish(outbox.Subject{Aggregate: "hire-1", Worker: "worker-1", Division: "654301"},
		&employmentv1.HireRegistered{HireId: "hire-1", EmployerId: "employer-1", Occupation: "6-29", County: "654301", StartOn: "2026-11-02", Basis: "offer"})
	f.Settle()
	got, err := f.client.ListCover(f.Worker("worker-1"), &insurancev1.ListCoverRequest{Worker: "worker-1"})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.GetDuties()) != 1 {
		t.Fatalf("%d duties", len(got.GetDuties()))
	}
	return got.GetDuties()[0]
}

func TestHireOpensDutyAndEnrolmentFulfilsIt(t *testing.T) {
	f := start(t)
	d := f.hire(t)
	if d.GetState() != "open" || d.GetDueOn() != "2026-12-02" {
		t.Fatalf("duty %v", d)
	}
	request := &insurancev1.EnrolWorkerRequest{DutyId: d.GetDutyId(), Schemes: []string{"pension", "work_injury"}, FromMonth: "2026-11"}
	if _, err := f.client.EnrolWorker(f.Employer("employer-2"), request); errs.CodeOf(err) != "insurance.duty.unknown" {
		t.Fatalf("another employer enrolled: %v", err)
	}
	e, err := f.client.EnrolWorker(f.Employer("employer-1"), request)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.client.EnrolWorker(f.Employer("employer-1"), request); errs.CodeOf(err) != "insurance.duty.state" {
		t.Fatalf("enrolled twice: %v", err)
	}
	if _, err := f.client.RecordMonth(f.Officer("hrss"), &insurancev1.RecordMonthRequest{EnrolmentId: e.GetEnrolmentId(), Month: "2026-12"}); errs.CodeOf(err) != "insurance.month_ahead" {
		t.Fatalf("a month that has not begun: %v", err)
	}
	f.clock.Set(day(12, 1))
	for i, month := range []string{"2026-11", "2026-12"} {
		got, err := f.client.RecordMonth(f.Officer("hrss"), &insurancev1.RecordMonthRequest{EnrolmentId: e.GetEnrolmentId(), Month: month})
		if err != nil || got.GetMonths() != int32(i+1) {
			t.Fatalf("month %s: %v, %v", month, got, err)
		}
	}
	if _, err := f.client.RecordMonth(f.Officer("hrss"), &insurancev1.RecordMonthRequest{EnrolmentId: e.GetEnrolmentId(), Month: "2026-12"}); errs.CodeOf(err) != "insurance.month_twice" {
		t.Fatalf("a month twice: %v", err)
	}
	f.employment.Publish(outbox.Subject{Aggregate: "hire-1", Version: 1, Worker: "worker-1", Division: "654301"}, &employmentv1.HireEnded{HireId: "hire-1", EndedOn: "2026-12-20"})
	f.Settle()
	got, err := f.client.ListCover(f.Worker("worker-1"), &insurancev1.ListCoverRequest{Worker: "worker-1"})
	if err != nil {
		t.Fatal(err)
	}
	if c := got.GetCovers()[0]; c.GetState() != "stopped" || c.GetLastMonth() != "2026-12" || c.GetMonths() != 2 {
		t.Fatalf("cover %v", c)
	}
}

// 人社部令56号: for a worker beyond the pension age the employer insures against
// injury from 1 July 2026. The age is a yes or no of the registry; no event of the
// hire or of the duty tells it.
func TestAWorkerBeyondThePensionAge(t *testing.T) {
	old, young := clock.NewDate(1960, 5, 1), clock.NewDate(1990, 5, 1)
	all := []string{"pension", "medical", "unemployment", "work_injury"}
	for name, c := range map[string]struct {
		born    clock.Date
		now     time.Time
		start   string
		state   string
		due     string
		schemes []string
	}{
		"after the first day":             {old, day(11, 2), "2026-11-02", "open", "2026-12-02", []string{"work_injury"}},
		"on the first day":                {old, day(7, 1), "2026-07-01", "open", "2026-07-31", []string{"work_injury"}},
		"the day before, while it lasted": {old, day(6, 30), "2026-06-30", "closed", "2026-07-30", nil},
		"begun before, and goes on":       {old, day(7, 5), "2026-05-04", "open", "2026-07-31", []string{"work_injury"}},
		"begins after, told before":       {old, day(6, 20), "2026-07-02", "open", "2026-08-03", []string{"work_injury"}},
		"below the age":                   {young, day(11, 2), "2026-11-02", "open", "2026-12-02", all},
		"in the month of the age":         {clock.NewDate(1966, 6, 30), day(11, 2), "2026-11-02", "open", "2026-12-02", all},
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t)
			f.clock.Set(c.now)
			f.people.born = c.born
			f.employment.Publish(outbox.Subject{Aggregate: "hire-1", Worker: "worker-1", Division: "654301"},
				&employmentv1.HireRegistered{HireId: "hire-1", EmployerId: "employer-1", Occupation: "6-29", County: "654301", StartOn: c.start, Basis: "offer"})
			var d *insurancev1.Duty
			testkit.Eventually(t, "it is known what the duty is about", func() bool {
				got, err := f.client.ListCover(f.Worker("worker-1"), &insurancev1.ListCoverRequest{Worker: "worker-1"})
				if err != nil || len(got.GetDuties()) == 0 {
					return false
				}
				d = got.GetDuties()[0]
				return len(d.GetSchemes()) > 0 || d.GetState() == "closed"
			})
			if d.GetState() != c.state || d.GetDueOn() != c.due || !slices.Equal(d.GetSchemes(), c.schemes) {
				t.Errorf("%v", d)
			}
			if q := f.people.asked[0]; len(f.people.asked) != 1 || q.GetCaseId() != d.GetDutyId() || f.people.who.Subject != "insurance" || f.people.who.Purpose != "age_check" {
				t.Errorf("asked %v as %+v", f.people.asked, f.people.who)
			}
			f.Settle()
			told := &insurancev1.DutyOpened{}
			for _, e := range f.Published(insurance.Name) {
				if e.Type == "insurance.duty.opened.v1" {
					if err := proto.Unmarshal(e.Data, told); err != nil {
						t.Error(err)
					}
				}
				if strings.Contains(string(e.Data), "1960") || strings.Contains(string(e.Data), "1990") {
					t.Errorf("%s tells when somebody was born", e.Type)
				}
			}
			if told.GetDueOn() != c.due {
				t.Errorf("the timeline says %s", told.GetDueOn())
			}
		})
	}
}

// day is noon of a day of 2026.
func day(month time.Month, d int) time.Time { return time.Date(2026, month, d, 4, 0, 0, 0, time.UTC) }

// A registry that does not answer delays what is asked of the agency, and no more;
// an account that is gone leaves the full duty.
func TestTheRegistryDoesNotAnswer(t *testing.T) {
	f := start(t)
	f.people.fails = errs.New(errs.NotFound, "registry.worker.unknown", "There is no such worker.")
	f.hire(t)
	testkit.Eventually(t, "the full duty stands", func() bool {
		got, err := f.client.ListCover(f.Worker("worker-1"), &insurancev1.ListCoverRequest{Worker: "worker-1"})
		return err == nil && len(got.GetDuties()[0].GetSchemes()) == 4
	})
}

func TestNobodyElseSeesTheCover(t *testing.T) {
	f := start(t)
	f.hire(t)
	_, err := f.client.ListCover(f.Worker("worker-2"), &insurancev1.ListCoverRequest{Worker: "worker-1"})
	if errs.CodeOf(err) != "auth.not_yours" {
		t.Fatal(err)
	}
	_, err = f.client.ListCover(f.Officer("psb"), &insurancev1.ListCoverRequest{Worker: "worker-1"})
	if errs.KindOf(err) != errs.Denied {
		t.Fatal(err)
	}
}

func TestDutyBecomesOverdueByTheClock(t *testing.T) {
	f := start(t)
	d := f.hire(t)
	f.clock.Set(time.Date(2026, 12, 3, 1, 0, 0, 0, time.UTC))
	testkit.Eventually(t, "the duty is overdue", func() bool {
		got, err := f.client.GetDuty(f.Officer("hrss"), &insurancev1.GetDutyRequest{DutyId: d.GetDutyId()})
		return err == nil && got.GetDuty().GetState() == "overdue"
	})
}

func TestDisputeFreezesTheDuty(t *testing.T) {
	f := start(t)
	d := f.hire(t)
	f.employment.Publish(outbox.Subject{Aggregate: "hire-1", Version: 1, Worker: "worker-1", Division: "654301"}, &employmentv1.HireDisputed{HireId: "hire-1"})
	f.Settle()
	got, err := f.client.GetDuty(f.Employer("employer-1"), &insurancev1.GetDutyRequest{DutyId: d.GetDutyId()})
	if err != nil || got.GetDuty().GetState() != "frozen" {
		t.Fatalf("%v, %v", got, err)
	}
}

// An acceptance that is taken back, and a hire that the worker denies, leave no
// cover that goes on: it would be evidence of a job that had not been.
func TestACoverStopsWithWhatItRestsOn(t *testing.T) {
	for name, end := range map[string]proto.Message{"undone": &employmentv1.HireUndone{HireId: "hire-1"}, "disputed": &employmentv1.HireDisputed{HireId: "hire-1"}} {
		t.Run(name, func(t *testing.T) {
			f := start(t)
			if _, err := f.client.EnrolWorker(f.Employer("employer-1"), &insurancev1.EnrolWorkerRequest{DutyId: f.hire(t).GetDutyId(), Schemes: []string{"pension"}, FromMonth: "2026-11"}); err != nil {
				t.Fatal(err)
			}
			f.employment.Publish(outbox.Subject{Aggregate: "hire-1", Version: 1, Worker: "worker-1", Division: "654301"}, end)
			f.Settle()
			got, err := f.client.ListCover(f.Worker("worker-1"), &insurancev1.ListCoverRequest{Worker: "worker-1"})
			if err != nil {
				t.Fatal(err)
			}
			if c, d := got.GetCovers()[0], got.GetDuties()[0]; c.GetState() != "stopped" || c.GetLastMonth() != "2026-11" || d.GetState() != "fulfilled" {
				t.Errorf("%v, %v", c, d)
			}
		})
	}
}

// What an officer corrects the worker is told, and what an officer of another county
// asks for is not there.
func TestTheAgencyCorrectsACover(t *testing.T) {
	f := start(t)
	e, err := f.client.EnrolWorker(f.Employer("employer-1"), &insurancev1.EnrolWorkerRequest{DutyId: f.hire(t).GetDutyId(), Schemes: []string{"pension"}, FromMonth: "2026-11"})
	if err != nil {
		t.Fatal(err)
	}
	id := e.GetEnrolmentId()
	hrss, away := f.Officer("hrss"), f.As(auth.Principal{Kind: auth.Officer, Subject: "o-2", Department: "hrss", Division: "654321", Purpose: "case_handling", LegalBasis: "PIPL 13(3)", Via: auth.ViaWeb})
	if _, err := f.client.RecordMonth(hrss, &insurancev1.RecordMonthRequest{EnrolmentId: id, Month: "2026-11"}); err != nil {
		t.Fatal(err)
	}
	acts := map[string]func(context.Context) error{
		"take back": func(ctx context.Context) error {
			_, err := f.client.TakeBackMonth(ctx, &insurancev1.TakeBackMonthRequest{EnrolmentId: id, Month: "2026-11", ReasonCode: "not_paid"})
			return err
		},
		"correct": func(ctx context.Context) error {
			_, err := f.client.CorrectEnrolment(ctx, &insurancev1.CorrectEnrolmentRequest{EnrolmentId: id, Schemes: []string{"pension", "medical"}, FromMonth: "2026-11", ReasonCode: "wrong_schemes"})
			return err
		},
		"end": func(ctx context.Context) error {
			_, err := f.client.EndEnrolment(ctx, &insurancev1.EndEnrolmentRequest{EnrolmentId: id, Month: "2026-11", ReasonCode: "insured_elsewhere"})
			return err
		},
		"resume": func(ctx context.Context) error {
			_, err := f.client.ResumeEnrolment(ctx, &insurancev1.ResumeEnrolmentRequest{EnrolmentId: id, ReasonCode: "still_works"})
			return err
		},
		"see": func(ctx context.Context) error {
			_, err := f.client.GetEnrolment(ctx, &insurancev1.GetEnrolmentRequest{EnrolmentId: id})
			return err
		},
	}
	for name, act := range acts {
		if err := act(away); errs.CodeOf(err) != "insurance.cover.unknown" {
			t.Errorf("%s, by another county: %v", name, err)
		}
	}
	for _, name := range []string{"take back", "correct", "end"} {
		if err := acts[name](hrss); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if err := acts["end"](hrss); errs.CodeOf(err) != "insurance.cover.over" {
		t.Errorf("ended twice: %v", err)
	}
	if _, err := f.client.RecordMonth(hrss, &insurancev1.RecordMonthRequest{EnrolmentId: id, Month: "2026-11"}); err != nil {
		t.Fatal(err)
	}
	if err := acts["resume"](hrss); err != nil {
		t.Fatal(err)
	}
	if _, err := f.client.EndEnrolment(hrss, &insurancev1.EndEnrolmentRequest{EnrolmentId: id, Month: "2026-11", ReasonCode: "curiosity"}); errs.CodeOf(err) != "insurance.reason" {
		t.Errorf("without a reason: %v", err)
	}
	if err := acts["end"](hrss); err != nil {
		t.Fatal(err)
	}
	f.employment.Publish(outbox.Subject{Aggregate: "hire-1", Version: 1, Worker: "worker-1", Division: "654301"}, &employmentv1.HireEnded{HireId: "hire-1", EndedOn: "2026-11-20"})
	f.Settle()
	if err := acts["resume"](hrss); errs.CodeOf(err) != "insurance.cover.resume" {
		t.Errorf("resumed after its hire: %v", err)
	}
	got, err := f.client.GetEnrolment(hrss, &insurancev1.GetEnrolmentRequest{EnrolmentId: id})
	if c := got.GetCover(); err != nil || c.GetState() != "stopped" || c.GetCanResume() || c.GetEmployerId() != "employer-1" || !slices.Equal(got.GetCredited(), []string{"2026-11"}) {
		t.Errorf("%v, %v", got, err)
	}
	if strings.Contains(got.String(), "worker-1") {
		t.Errorf("the page of an enrolment names its person: %v", got)
	}
}

// What is seen at a counter stands in the worker's access log; the own look does not.
func TestWhatACounterSeesIsLogged(t *testing.T) {
	f := start(t)
	f.hire(t)
	reads := func() (n int) {
		f.Settle()
		for _, e := range f.Published(insurance.Name) {
			if e.Type == "insurance.record.read.v1" && e.Worker == "worker-1" {
				n++
			}
		}
		return n
	}
	if n := reads(); n != 0 {
		t.Fatalf("%d own looks are logged", n)
	}
	if got, err := f.client.ListCover(f.Counter("hrss", "worker-1"), &insurancev1.ListCoverRequest{Worker: "worker-1"}); err != nil || len(got.GetDuties()) != 1 {
		t.Fatalf("%v, %v", got, err)
	}
	if n := reads(); n != 1 {
		t.Errorf("%d looks are logged", n)
	}
	if _, err := f.client.ListCover(f.Officer("hrss"), &insurancev1.ListCoverRequest{Worker: "worker-1"}); errs.CodeOf(err) != "auth.not_yours" {
		t.Errorf("an officer whom nobody visits: %v", err)
	}
}

func TestFactsNeedAGrant(t *testing.T) {
	f := start(t)
	d := f.hire(t)
	if _, err := f.client.EnrolWorker(f.Employer("employer-1"), &insurancev1.EnrolWorkerRequest{DutyId: d.GetDutyId(), Schemes: []string{"pension"}, FromMonth: "2026-11"}); err != nil {
		t.Fatal(err)
	}
	facts := platformv1.FactsClient{Caller: f.Client(), Target: insurance.Name}
	ask := &platformv1.ListFactsRequest{Worker: "worker-1", GrantId: "grant-1", CaseId: "case-1", Kinds: []string{"insurance_months"}}
	if _, err := facts.ListFacts(f.Service("housing"), ask); errs.CodeOf(err) != "evidence.no_grant" {
		t.Fatalf("answered without a grant: %v", err)
	}
	f.registry.Publish(outbox.Subject{Aggregate: "grant-1", Worker: "worker-1"}, &registryv1.ConsentGranted{GrantId: "grant-1", Purpose: "public_rental", Kinds: []string{"insurance_months"}, Recipient: "housing", ValidFrom: "2026-11-01"})
	f.Settle()
	got, err := facts.ListFacts(f.Service("housing"), ask)
	if err != nil || len(got.GetFacts()) != 1 || got.GetFacts()[0].GetSince() != "2026-11" {
		t.Fatalf("%v, %v", got, err)
	}
	if _, err := facts.ListFacts(f.Service("education"), ask); errs.CodeOf(err) != "evidence.no_grant" {
		t.Fatalf("answered another department: %v", err)
	}
	f.registry.Publish(outbox.Subject{Aggregate: "grant-1", Version: 1, Worker: "worker-1"}, &registryv1.ConsentWithdrawn{GrantId: "grant-1"})
	f.Settle()
	if _, err := facts.ListFacts(f.Service("housing"), ask); errs.CodeOf(err) != "evidence.no_grant" {
		t.Fatalf("answered after the withdrawal: %v", err)
	}
}

// S8: who repeats a question with its old key is judged again, and every answer
// stands in the worker's access log.
func TestAnAnswerIsKeptForNoRepeat(t *testing.T) {
	f := start(t)
	d := f.hire(t)
	if _, err := f.client.EnrolWorker(f.Employer("employer-1"), &insurancev1.EnrolWorkerRequest{DutyId: d.GetDutyId(), Schemes: []string{"pension"}, FromMonth: "2026-11"}); err != nil {
		t.Fatal(err)
	}
	f.registry.Publish(outbox.Subject{Aggregate: "grant-1", Worker: "worker-1"}, &registryv1.ConsentGranted{GrantId: "grant-1", Purpose: "public_rental", Kinds: []string{"insurance_months"}, Recipient: "housing", ValidFrom: "2026-11-01", ValidTo: "2026-11-03"})
	f.Settle()
	facts := platformv1.FactsClient{Caller: f.Client(), Target: insurance.Name}
	ctx := func() context.Context { return rpc.Once(f.Service("housing"), "the-same-key") }
	ask := &platformv1.ListFactsRequest{Worker: "worker-1", GrantId: "grant-1", CaseId: "case-1", Kinds: []string{"insurance_months"}}
	for range 2 {
		if got, err := facts.ListFacts(ctx(), ask); err != nil || len(got.GetFacts()) != 1 {
			t.Fatalf("%v, %v", got, err)
		}
	}
	f.Settle()
	reads := 0
	for _, e := range f.Published(insurance.Name) {
		if e.Type == "insurance.record.read.v1" {
			reads++
		}
	}
	if reads != 2 {
		t.Errorf("%d reads are logged", reads)
	}
	f.clock.Advance(2 * 24 * time.Hour)
	if _, err := facts.ListFacts(ctx(), ask); errs.CodeOf(err) != "evidence.no_grant" {
		t.Errorf("answered after the consent's last day: %v", err)
	}
}
