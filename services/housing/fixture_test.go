package housing_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/housing"
)

const (
	county = "654301"
	worker = "worker-1"
)

// department stands in for what another department answers about a worker.
type department struct {
	mu    sync.Mutex
	facts []*platformv1.Fact
	asked int
}

func (d *department) ListFacts(_ context.Context, req *platformv1.ListFactsRequest) (*platformv1.ListFactsResponse, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked++
	out := &platformv1.ListFactsResponse{}
	for _, f := range d.facts {
		if f.GetWorker() == req.GetWorker() && slices.Contains(req.GetKinds(), f.GetKind()) {
			out.Facts = append(out.Facts, f)
		}
	}
	return out, nil
}

func (d *department) knows(f *platformv1.Fact) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.facts = append(d.facts, f)
}

type fixture struct {
	*testkit.Platform
	t                               *testing.T
	clock                           *clock.Manual
	employment, insurance, registry *testkit.Publisher
	people                          *people
	jobs, covers                    *department
	client                          housingv1.HousingClient
	versions                        map[string]int64
}

// people stands in for the registry: it says who may be one household.
type people struct {
	registryv1.RegistryServer // the other methods are not called
	pairs                     []*registryv1.LikelyDouble
}

func (p *people) FindLikelyHouseholds(ctx context.Context, req *registryv1.FindLikelyHouseholdsRequest) (*registryv1.FindLikelyHouseholdsResponse, error) {
	out := &registryv1.FindLikelyHouseholdsResponse{}
	if who, err := auth.FromContext(ctx); err != nil || who.Purpose != "public_rental" {
		return nil, auth.ErrDenied
	}
	for _, d := range p.pairs {
		if slices.Contains(req.GetWorkerIds(), d.GetFirstId()) && slices.Contains(req.GetWorkerIds(), d.GetSecondId()) {
			out.Doubles = append(out.Doubles, d)
		}
	}
	return out, nil
}

func start(t *testing.T, change ...func(*run.Deps)) *fixture {
	t.Helper()
	c := clock.NewManual(time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC))
	p := testkit.NewPlatform(t, c)
	f := &fixture{Platform: p, t: t, clock: c, people: &people{}, jobs: &department{}, covers: &department{}, versions: map[string]int64{}}
	f.employment = p.Publisher("employment", evidence.Methods("employment", f.jobs)...)
	f.insurance = p.Publisher("insurance", evidence.Methods("insurance", f.covers)...)
	f.registry = p.Publisher("registry", registryv1.RegistryMethods(f.people)...)
	d := p.Deps(housing.Name)
	for _, with := range change {
		with(&d)
	}
	s, err := housing.New(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	p.Start(s)
	f.client = housingv1.HousingClient{Caller: p.Client(), Target: housing.Name}
	return f
}

// publish has a stand-in publish the next event about an aggregate of the
// worker, and waits until it has been acted on.
func (f *fixture) publish(by *testkit.Publisher, aggregate string, messages ...proto.Message) {
	f.t.Helper()
	by.Publish(outbox.Subject{Aggregate: aggregate, Version: f.versions[aggregate], Worker: worker, Division: county}, messages...)
	f.versions[aggregate] += int64(len(messages))
	f.Settle()
}

// publishFor has a stand-in publish an event of any worker.
func (f *fixture) publishFor(who string, by *testkit.Publisher, aggregate string, messages ...proto.Message) {
	f.t.Helper()
	by.Publish(outbox.Subject{Aggregate: aggregate, Version: f.versions[aggregate], Worker: who, Division: county}, messages...)
	f.versions[aggregate] += int64(len(messages))
	f.Settle()
}

func (f *fixture) grant(id string, kinds ...string) {
	f.t.Helper()
	f.publish(f.registry, id, &registryv1.ConsentGranted{GrantId: id, Purpose: "public_rental", Kinds: kinds, Recipient: "housing", ValidFrom: "2026-01-01"})
}

func hired(since string) *employmentv1.HireRegistered {
	return &employmentv1.HireRegistered{HireId: "hire-1", EmployerId: "employer-1", Occupation: "6-29", County: county, StartOn: since, Basis: "offer"}
}

// hire registers a hire that both sides agreed to.
func (f *fixture) hire(since string) {
	f.t.Helper()
	f.publish(f.employment, "hire-1", hired(since))
}

func (f *fixture) officer() context.Context { return f.Officer("hou") }

// home lists a home and returns its id.
func (f *fixture) home(number, kind string) string {
	f.t.Helper()
	r, err := f.client.AddHome(f.officer(), &housingv1.AddHomeRequest{Estate: "阿勒泰市安居苑", Number: number, Layout: "单间", AreaDm2: 4500, RentFen: 41000, County: county, Kind: kind})
	if err != nil {
		f.t.Fatal(err)
	}
	return r.GetHomeId()
}

// apply applies as the worker for a public rental home.
func (f *fixture) apply() string {
	f.t.Helper()
	r, err := f.client.ApplyForHome(f.Worker(worker), application("public_rental"))
	if err != nil {
		f.t.Fatal(err)
	}
	f.Settle()
	return r.GetApplicationId()
}

func application(kind string) *housingv1.ApplyForHomeRequest {
	return &housingv1.ApplyForHomeRequest{Worker: worker, County: county, Kind: kind, HouseholdSize: 3, DeclaresNoHome: true, DeclaresIncomeBelow: true}
}

func (f *fixture) get(applicationID string) *housingv1.Application {
	f.t.Helper()
	r, err := f.client.GetApplication(f.Worker(worker), &housingv1.GetApplicationRequest{ApplicationId: applicationID})
	if err != nil {
		f.t.Fatal(err)
	}
	return r.GetApplication()
}

// in fails the test unless the application is in a state, and returns it.
func (f *fixture) in(applicationID, state string) *housingv1.Application {
	f.t.Helper()
	a := f.get(applicationID)
	if a.GetState() != state {
		f.t.Fatalf("the application is %s, not %s", a.GetState(), state)
	}
	return a
}

func (f *fixture) decide(applicationID, refusal string) *housingv1.DecideEligibilityResponse {
	f.t.Helper()
	r, err := f.client.DecideEligibility(f.officer(), &housingv1.DecideEligibilityRequest{ApplicationId: applicationID, RefusalReasonCode: refusal})
	if err != nil {
		f.t.Fatal(err)
	}
	return r
}

// eligible takes a worker with a job of many years to a decision.
func (f *fixture) eligible() string {
	f.t.Helper()
	id := f.apply()
	f.grant("grant-1", "job", "insurance_months")
	f.hire("2020-01-01")
	if d := f.decide(id, ""); d.GetOutcome() != "eligible" {
		f.t.Fatalf("decided %v", d)
	}
	return id
}

func (f *fixture) offer(applicationID, homeID string) string {
	f.t.Helper()
	r, err := f.client.OfferHome(f.officer(), &housingv1.OfferHomeRequest{ApplicationId: applicationID, HomeId: homeID})
	if err != nil {
		f.t.Fatal(err)
	}
	return r.GetOfferId()
}

// deliver has the offer's message arrive.
func (f *fixture) deliver(offerID string) {
	f.t.Helper()
	f.publish(f.registry, "message-"+offerID, &registryv1.MessageDelivered{MessageId: "message-" + offerID, Template: "offer", About: offerID, AboutService: "housing", AboutKind: "offer"})
}

// served has the message of a decision arrive.
func (f *fixture) served(about, template string) {
	f.t.Helper()
	f.publish(f.registry, "message-"+about, &registryv1.MessageDelivered{MessageId: "message-" + about, Template: template, About: about, AboutService: "housing"})
}

func (f *fixture) accept(ctx context.Context, offerID string) error {
	_, err := f.client.AcceptOffer(ctx, &housingv1.AcceptOfferRequest{OfferId: offerID})
	return err
}

func (f *fixture) sign(ctx context.Context, offerID, from, to string) (string, error) {
	r, err := f.client.SignLease(ctx, &housingv1.SignLeaseRequest{OfferId: offerID, StartsOn: from, EndsOn: to})
	return r.GetLeaseId(), err
}

// free counts the homes that can be had.
func (f *fixture) free() int {
	f.t.Helper()
	r, err := f.client.ListHomes(f.Worker(worker), &housingv1.ListHomesRequest{County: county})
	if err != nil {
		f.t.Fatal(err)
	}
	return len(r.GetHomes())
}

// shared reads what the service published, oldest first.
func (f *fixture) shared() []event.Event {
	f.t.Helper()
	f.Settle()
	return f.Published(housing.Name)
}

// count counts the published events of a type.
func (f *fixture) count(eventType string) (n int) {
	f.t.Helper()
	f.Settle()
	for _, e := range f.shared() {
		if e.Type == eventType {
			n++
		}
	}
	return n
}

func wantCode(t *testing.T, what string, err error, code string) {
	t.Helper()
	if errs.CodeOf(err) != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func (f *fixture) helper() context.Context {
	return f.As(auth.Principal{Kind: auth.Worker, Subject: "worker-9", Via: auth.ViaHelper, ActsFor: worker})
}
