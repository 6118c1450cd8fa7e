package education_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/education"
)

const county = "654301"

// children stands in for the registry: it knows whose each child is.
type children struct {
	registryv1.RegistryServer // the other methods are not called
	mu                        sync.Mutex
	guardian                  map[string]string
	families                  map[string]*parents // of children with several guardians
	read                      []*registryv1.GetChildRequest
	doubles                   []*registryv1.LikelyDouble
	readers                   []auth.Principal
}

func (c *children) GetChild(ctx context.Context, req *registryv1.GetChildRequest) (*registryv1.GetChildResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	c.read, c.readers = append(c.read, req), append(c.readers, p)
	if f := c.families[req.GetChildId()]; f != nil {
		return f.answer(req.GetChildId()), nil
	}
	worker, ok := c.guardian[req.GetChildId()]
	if !ok {
		return nil, errs.New(errs.NotFound, "registry.child.unknown", "There is no such child.")
	}
	return &registryv1.GetChildResponse{Child: &registryv1.Child{ChildId: req.GetChildId(), Worker: worker, Name: "叶尔肯", BirthDate: "2020-05-14"}}, nil
}

// FindLikelyDoubles answers the pairs that the test says, of those that were asked for.
func (c *children) FindLikelyDoubles(ctx context.Context, req *registryv1.FindLikelyDoublesRequest) (*registryv1.FindLikelyDoublesResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p, err := auth.FromContext(ctx); err != nil || p.Kind != auth.Service || p.Purpose != "school_place" {
		return nil, auth.ErrDenied
	}
	out := &registryv1.FindLikelyDoublesResponse{}
	for _, d := range c.doubles {
		if slices.Contains(req.GetChildIds(), d.GetFirstId()) && slices.Contains(req.GetChildIds(), d.GetSecondId()) {
			out.Doubles = append(out.Doubles, d)
		}
	}
	return out, nil
}

// of registers a new child of a guardian.
func (c *children) of(worker string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	id := ident.NewID()
	c.guardian[id] = worker
	return id
}

func (c *children) reads() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.read)
}

type fixture struct {
	*testkit.Platform
	t                                        *testing.T
	clock                                    *clock.Manual
	children                                 *children
	facts                                    *facts
	registry, employment, insurance, housing *testkit.Publisher
	client                                   educationv1.EducationClient
	db                                       *sqldb.DB // the service's own, opened by history
}

func start(t *testing.T, change ...func(*run.Deps)) *fixture {
	t.Helper()
	c := clock.NewManual(time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC))
	p := testkit.NewPlatform(t, c)
	f := &fixture{Platform: p, t: t, clock: c, children: &children{guardian: map[string]string{}}, facts: newFacts()}
	f.registry = p.Publisher("registry", registryv1.RegistryMethods(f.children)...)
	f.employment = p.Publisher("employment", evidence.Methods("employment", f.facts)...)
	f.insurance = p.Publisher("insurance", evidence.Methods("insurance", f.facts)...)
	f.housing = p.Publisher("housing", evidence.Methods("housing", f.facts)...)
	d := p.Deps(education.Name)
	for _, f := range change {
		f(&d)
	}
	s, err := education.New(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	p.Start(s)
	f.client = educationv1.EducationClient{Caller: p.Client(), Target: education.Name}
	return f
}

// officer is an officer of the county's education bureau.
func (f *fixture) officer(division string) context.Context {
	return f.As(auth.Principal{Kind: auth.Officer, Subject: "officer-1", Department: "edu", Division: division})
}

func (f *fixture) school(name string, places int32) string {
	f.t.Helper()
	got, err := f.client.AddSchool(f.officer(county), &educationv1.AddSchoolRequest{Name: name, Kind: "public", County: county, Township: "654301001", Stage: "primary", Places: places})
	if err != nil || got.GetOutcome() != "created" {
		f.t.Fatalf("%v, %v", got, err)
	}
	return got.GetSchoolId()
}

func (f *fixture) apply(worker string, schools ...string) string {
	f.t.Helper()
	got, err := f.client.ApplyForPlace(f.Worker(worker), &educationv1.ApplyForPlaceRequest{Worker: worker, ChildId: f.children.of(worker), Stage: "primary", County: county, SchoolIds: schools})
	if err != nil {
		f.t.Fatal(err)
	}
	return got.GetApplicationId()
}

func (f *fixture) offer(application, school string) string {
	f.t.Helper()
	got, err := f.client.OfferPlace(f.officer(county), &educationv1.OfferPlaceRequest{ApplicationId: application, SchoolId: school})
	if err != nil {
		f.t.Fatal(err)
	}
	return got.GetOfferId()
}

func (f *fixture) application(worker, id string) *educationv1.Application {
	f.t.Helper()
	got, err := f.client.GetApplication(f.Worker(worker), &educationv1.GetApplicationRequest{ApplicationId: id})
	if err != nil {
		f.t.Fatal(err)
	}
	return got.GetApplication()
}

// state fails unless the application is in a state.
func (f *fixture) state(worker, id, want string) {
	f.t.Helper()
	if got := f.application(worker, id); got.GetState() != want {
		f.t.Fatalf("the application is %s, want %s", got.GetState(), want)
	}
}

func (f *fixture) free(school string) int32 {
	f.t.Helper()
	got, err := f.client.ListSchools(f.Worker("worker-1"), &educationv1.ListSchoolsRequest{County: county, Stage: "primary"})
	if err != nil {
		f.t.Fatal(err)
	}
	i := slices.IndexFunc(got.GetSchools(), func(s *educationv1.School) bool { return s.GetSchoolId() == school })
	if i < 0 {
		f.t.Fatalf("%s is not listed", school)
	}
	return got.GetSchools()[i].GetFree()
}

// delivered says that the message about an offer has arrived.
func (f *fixture) delivered(worker, offer string) {
	f.t.Helper()
	f.registry.Publish(outbox.Subject{Aggregate: ident.NewID(), Worker: worker}, &registryv1.MessageDelivered{MessageId: "message-1", About: offer, AboutService: "education", AboutKind: "offer"})
	f.Settle()
}

func refused(t *testing.T, err error, code string) {
	t.Helper()
	if errs.CodeOf(err) != code || err == nil {
		t.Errorf("got %v, want %s", err, code)
	}
}

func TestOfferedAndAccepted(t *testing.T) {
	f := start(t)
	school := f.school("第1小学", 2)
	id := f.apply("worker-1", school)
	a := f.application("worker-1", id)
	if a.GetState() != "submitted" || !slices.Equal(a.GetSchoolIds(), []string{school}) || a.GetSubmittedAt() != f.clock.Now().UnixMicro() {
		t.Fatalf("%v", a)
	}
	offer := f.offer(id, school)
	if a = f.application("worker-1", id); a.GetState() != "offered" || a.GetOfferId() != offer || a.GetOfferedSchoolId() != school || a.GetAnswerBy() != 0 {
		t.Fatalf("%v", a)
	}
	if f.free(school) != 1 {
		t.Fatal("an offer takes a place")
	}
	_, err := f.client.OfferPlace(f.officer(county), &educationv1.OfferPlaceRequest{ApplicationId: id, SchoolId: school})
	refused(t, err, "education.application.state")
	f.delivered("worker-1", offer)
	if a = f.application("worker-1", id); a.GetAnswerBy() != clock.NewDate(2026, 11, 8).Start().UnixMicro() {
		t.Fatalf("answer by %s", time.UnixMicro(a.GetAnswerBy()))
	}
	_, err = f.client.AcceptPlace(f.Worker("worker-2"), &educationv1.AcceptPlaceRequest{OfferId: offer})
	refused(t, err, "education.offer.unknown")
	_, err = f.client.AcceptPlace(f.officer(county), &educationv1.AcceptPlaceRequest{OfferId: offer})
	refused(t, err, "education.offer.unknown")
	_, err = f.client.AcceptPlace(f.Employer("employer-1"), &educationv1.AcceptPlaceRequest{OfferId: offer})
	refused(t, err, "auth.denied")
	_, err = f.client.AcceptPlace(f.Service("employment"), &educationv1.AcceptPlaceRequest{OfferId: offer})
	refused(t, err, "auth.denied")
	if _, err := f.client.AcceptPlace(f.Worker("worker-1"), &educationv1.AcceptPlaceRequest{OfferId: offer}); err != nil {
		t.Fatal(err)
	}
	f.state("worker-1", id, "accepted")
	_, err = f.client.UndoAcceptance(f.Worker("worker-1"), &educationv1.UndoAcceptanceRequest{OfferId: offer})
	refused(t, err, "education.undo.own")
	// The clock that ran does nothing to what was answered.
	f.clock.Set(clock.NewDate(2026, 11, 9).Start())
	f.Settle()
	f.state("worker-1", id, "accepted")
}

func TestFullSchool(t *testing.T) {
	f := start(t)
	school := f.school("第1小学", 1)
	first, second := f.apply("worker-1"), f.apply("worker-2")
	offer := f.offer(first, school)
	_, err := f.client.OfferPlace(f.officer(county), &educationv1.OfferPlaceRequest{ApplicationId: second, SchoolId: school})
	refused(t, err, "education.school.full")
	if _, err := f.client.DeclinePlace(f.Worker("worker-1"), &educationv1.DeclinePlaceRequest{OfferId: offer}); err != nil {
		t.Fatal(err)
	}
	f.state("worker-1", first, "submitted")
	if f.free(school) != 1 {
		t.Fatal("the declined place is not free")
	}
	f.offer(second, school)
	_, err = f.client.DeclinePlace(f.Worker("worker-1"), &educationv1.DeclinePlaceRequest{OfferId: offer})
	refused(t, err, "education.offer.state")
}

func TestSilenceKeepsThePlaceInTheQueue(t *testing.T) {
	f := start(t)
	school := f.school("第1小学", 1)
	id := f.apply("worker-1")
	offer := f.offer(id, school)
	f.clock.Set(clock.NewDate(2026, 12, 1).Start())
	f.Settle()
	f.state("worker-1", id, "offered") // nobody is known to have read of it
	f.registry.Publish(outbox.Subject{Aggregate: ident.NewID(), Worker: "worker-1"}, &registryv1.MessageDelivered{About: offer, AboutService: "housing", AboutKind: "offer"},
		&registryv1.MessageDelivered{About: ident.NewID(), AboutService: "education", AboutKind: "offer"})
	f.Settle()
	if f.application("worker-1", id).GetAnswerBy() != 0 {
		t.Fatal("another message started the clock")
	}
	f.delivered("worker-1", offer)
	f.clock.Set(clock.NewDate(2026, 12, 7).Start().Add(time.Second))
	testkit.Eventually(t, "the offer has lapsed", func() bool { return f.application("worker-1", id).GetState() == "submitted" })
	if f.free(school) != 1 {
		t.Fatal("the lapsed place is not free")
	}
	_, err := f.client.AcceptPlace(f.Worker("worker-1"), &educationv1.AcceptPlaceRequest{OfferId: offer})
	refused(t, err, "education.offer.lapsed")
	f.offer(id, school)
}

func TestCounterAcceptsAndGuardianUndoes(t *testing.T) {
	f := start(t)
	school := f.school("第1小学", 1)
	id := f.apply("worker-1")
	offer := f.offer(id, school)
	f.clock.Advance(time.Minute)
	if _, err := f.client.AcceptPlace(f.Counter("edu", "worker-1"), &educationv1.AcceptPlaceRequest{OfferId: offer}); err != nil {
		t.Fatal(err)
	}
	f.state("worker-1", id, "accepted")
	_, err := f.client.UndoAcceptance(f.Counter("edu", "worker-1"), &educationv1.UndoAcceptanceRequest{OfferId: offer})
	refused(t, err, "auth.denied")
	if got, want := f.application("worker-1", id).GetUndoBy(), f.clock.Now().Add(48*time.Hour).UnixMicro(); got != want {
		t.Errorf("it can be taken back until %d, want %d", got, want)
	}
	told := platformv1.LifeClient{Caller: f.client.Caller, Target: "education"}
	reply, err := told.ListLife(f.Worker("worker-1"), &platformv1.ListLifeRequest{Worker: "worker-1"})
	if all := reply.GetThings(); err != nil || len(all) != 1 || all[0].GetId() != id || all[0].GetState() != "accepted" || all[0].GetName() != "第1小学" || all[0].GetUndoBy() != f.application("worker-1", id).GetUndoBy() {
		t.Errorf("the first page is told %v, %v", all, err)
	}
	if reply, err := told.ListLife(f.Worker("worker-2"), &platformv1.ListLifeRequest{Worker: "worker-2"}); err != nil || len(reply.GetThings()) != 0 {
		t.Errorf("another one's is told %v, %v", reply.GetThings(), err)
	}
	f.clock.Advance(47 * time.Hour)
	if _, err := f.client.UndoAcceptance(f.Worker("worker-1"), &educationv1.UndoAcceptanceRequest{OfferId: offer}); err != nil {
		t.Fatal(err)
	}
	f.state("worker-1", id, "submitted")
	again := f.offer(id, school)
	if _, err := f.client.AcceptPlace(f.Counter("edu", "worker-1"), &educationv1.AcceptPlaceRequest{OfferId: again}); err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(48*time.Hour + time.Second)
	if by := f.application("worker-1", id).GetUndoBy(); by != 0 {
		t.Errorf("it is said that it can be taken back until %d", by)
	}
	_, err = f.client.UndoAcceptance(f.Worker("worker-1"), &educationv1.UndoAcceptanceRequest{OfferId: again})
	refused(t, err, "education.undo.late")
	// What was accepted can still be given up.
	if _, err := f.client.WithdrawApplication(f.Worker("worker-1"), &educationv1.WithdrawApplicationRequest{ApplicationId: id}); err != nil {
		t.Fatal(err)
	}
	f.state("worker-1", id, "withdrawn")
	if f.free(school) != 1 {
		t.Fatal("the place is not free")
	}
}
