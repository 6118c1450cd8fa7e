package training_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
	"github.com/qiao-platform/qiao/services/training"
)

type fixture struct {
	*testkit.Platform
	clock      *clock.Manual
	employment *testkit.Publisher
	registry   *testkit.Publisher
	client     trainingv1.TrainingClient
}

func start(t *testing.T, change ...func(*run.Deps)) *fixture {
	t.Helper()
	c := clock.NewManual(time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC))
	p := testkit.NewPlatform(t, c)
	f := &fixture{Platform: p, clock: c, employment: p.Publisher("employment"), registry: p.Publisher("registry")}
	d := p.Deps(training.Name)
	for _, with := range change {
		with(&d)
	}
	s, err := training.New(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	p.Start(s)
	f.client = trainingv1.TrainingClient{Caller: p.Client(), Target: training.Name}
	return f
}

// request is a course that begins today, so that it can be taken and concluded
// on one day.
func request(reference string, places int32) *trainingv1.PublishCourseRequest {
	return &trainingv1.PublishCourseRequest{
		Provider: "布尔津县职业技能培训中心", Title: "建筑施工人员", Occupation: "6-29", Level: "专项能力", Hours: 240, Places: places, StartsOn: "2026-11-02",
		Kind: "general", SubsidyFen: 200000, County: "654321", Reference: reference,
	}
}

func (f *fixture) course(t *testing.T, places int32) string {
	t.Helper()
	got, err := f.client.PublishCourse(f.Officer("hrss"), request("row-1", places))
	if err != nil || got.GetOutcome() != "created" {
		t.Fatalf("%v, %v", got, err)
	}
	return got.GetCourseId()
}

func (f *fixture) enrol(t *testing.T, worker, course, state string, position int32) string {
	t.Helper()
	got, err := f.client.Enrol(f.Worker(worker), &trainingv1.EnrolRequest{Worker: worker, CourseId: course})
	if err != nil || got.GetState() != state || got.GetPosition() != position {
		t.Fatalf("%s: %v, %v", worker, got, err)
	}
	return got.GetEnrolmentId()
}

func (f *fixture) mine(t *testing.T, worker string) *trainingv1.ListEnrolmentsResponse {
	t.Helper()
	got, err := f.client.ListEnrolments(f.Worker(worker), &trainingv1.ListEnrolmentsRequest{Worker: worker})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func (f *fixture) wantState(t *testing.T, worker, want string) {
	t.Helper()
	if got := f.mine(t, worker).GetEnrolments()[0].GetState(); got != want {
		t.Fatalf("%s is %s, want %s", worker, got, want)
	}
}

// hire registers a hire of worker-1 in the course's occupation.
func (f *fixture) hire(hire string, hazardous bool) {
	f.employment.Publish(outbox.Subject{Aggregate: hire, Worker: "worker-1", Division: "654321"},
		&employmentv1.HireRegistered{HireId: hire, EmployerId: "employer-1", Occupation: "6-29", County: "654321", Hazardous: hazardous, StartOn: "2026-11-02", Basis: "offer"})
	f.Settle()
}

func TestCoursesAreListedWithTheirFreePlaces(t *testing.T) {
	f := start(t)
	for i := range 5 {
		r := request(fmt.Sprintf("row-%d", i), 2)
		r.StartsOn = clock.NewDate(2026, 11, 5-i).String() // the last began yesterday
		if _, err := f.client.PublishCourse(f.Officer("hrss"), r); err != nil {
			t.Fatal(err)
		}
		again, err := f.client.PublishCourse(f.Officer("hrss"), r)
		if err != nil || again.GetOutcome() != "unchanged" || again.GetCourseId() == "" {
			t.Fatalf("%v, %v", again, err)
		}
	}
	var days []string
	after := ""
	for {
		got, err := f.client.ListCourses(f.Worker("worker-1"), &trainingv1.ListCoursesRequest{County: "654321", Occupation: "6-29", Limit: 3, After: after})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range got.GetCourses() {
			days = append(days, c.GetStartsOn())
			if c.GetFree() != 2 || c.GetPlaces() != 2 || c.GetWaiting() != 0 {
				t.Errorf("%v", c)
			}
		}
		if after = got.GetNext(); after == "" {
			break
		}
	}
	if want := "[2026-11-02 2026-11-03 2026-11-04 2026-11-05]"; fmt.Sprint(days) != want {
		t.Errorf("%v", days)
	}
	if _, err := f.client.ListCourses(f.Employer("employer-1"), &trainingv1.ListCoursesRequest{}); errs.KindOf(err) != errs.Denied {
		t.Error(err)
	}
	if _, err := f.client.PublishCourse(f.Officer("edu"), request("row-9", 2)); errs.KindOf(err) != errs.Denied {
		t.Errorf("another department published: %v", err)
	}
	if _, err := f.client.PublishCourse(f.Officer("hrss"), request("row-9", 0)); errs.CodeOf(err) != "training.course.places" {
		t.Error(err)
	}
}

func TestAFreedPlaceIsOfferedAndTakenOnlyByAccepting(t *testing.T) {
	f := start(t)
	course := f.course(t, 1)
	first := f.enrol(t, "worker-1", course, "confirmed", 0)
	second := f.enrol(t, "worker-2", course, "waiting", 1)
	f.enrol(t, "worker-3", course, "waiting", 2)
	if _, err := f.client.Enrol(f.Worker("worker-3"), &trainingv1.EnrolRequest{Worker: "worker-3", CourseId: course}); errs.CodeOf(err) != "training.enrolment.twice" {
		t.Fatal(err)
	}
	if _, err := f.client.Enrol(f.Employer("employer-1"), &trainingv1.EnrolRequest{Worker: "worker-4", CourseId: course}); errs.KindOf(err) != errs.Denied {
		t.Fatalf("an employer enrolled: %v", err)
	}
	if _, err := f.client.DropEnrolment(f.Officer("hrss"), &trainingv1.DropEnrolmentRequest{EnrolmentId: first}); errs.CodeOf(err) != "training.enrolment.unknown" {
		t.Fatalf("an officer dropped: %v", err)
	}
	if _, err := f.client.DropEnrolment(f.Worker("worker-1"), &trainingv1.DropEnrolmentRequest{EnrolmentId: first}); err != nil {
		t.Fatal(err)
	}
	f.wantState(t, "worker-2", "offered")
	got, err := f.client.ListCourses(f.Worker("worker-1"), &trainingv1.ListCoursesRequest{})
	if err != nil || got.GetCourses()[0].GetFree() != 0 || got.GetCourses()[0].GetWaiting() != 1 {
		t.Fatalf("%v, %v", got, err)
	}
	for name, who := range map[string]context.Context{"worker-3": f.Worker("worker-3"), "an officer": f.Officer("hrss"), "an officer for another": f.Counter("hrss", "worker-3")} {
		if _, err := f.client.AcceptPlace(who, &trainingv1.AcceptPlaceRequest{EnrolmentId: second}); errs.CodeOf(err) != "training.enrolment.unknown" {
			t.Fatalf("%s accepted: %v", name, err)
		}
	}
	f.wantState(t, "worker-2", "offered")
	if _, err := f.client.AcceptPlace(f.Counter("hrss", "worker-2"), &trainingv1.AcceptPlaceRequest{EnrolmentId: second}); err != nil {
		t.Fatal(err)
	}
	f.wantState(t, "worker-2", "confirmed")
	// What a counter accepted, the worker gives back freely; the next is asked.
	if _, err := f.client.DropEnrolment(f.Worker("worker-2"), &trainingv1.DropEnrolmentRequest{EnrolmentId: second}); err != nil {
		t.Fatal(err)
	}
	f.wantState(t, "worker-3", "offered")
	f.clock.Set(time.Date(2026, 11, 3, 4, 0, 0, 0, time.UTC))
	if _, err := f.client.Enrol(f.Worker("worker-4"), &trainingv1.EnrolRequest{Worker: "worker-4", CourseId: course}); errs.CodeOf(err) != "training.course.started" {
		t.Fatal(err)
	}
}

// offer is the last offer of a place that was made to a worker.
func (f *fixture) offer(t *testing.T, worker string) string {
	t.Helper()
	var last *trainingv1.PlaceOffered
	f.Settle()
	for _, e := range f.Published(training.Name) {
		m := &trainingv1.PlaceOffered{}
		if e.Worker == worker && e.Type == "training.place.offered.v1" {
			if err := proto.Unmarshal(e.Data, m); err != nil {
				t.Fatal(err)
			}
			last = m
		}
	}
	if last.GetAnswerDays() != 3 || last.GetOfferId() == "" {
		t.Fatalf("%s was offered %v", worker, last)
	}
	return last.GetOfferId()
}

// delivered has the message of an offer arrive now.
func (f *fixture) delivered(worker, offer string) {
	f.registry.Publish(outbox.Subject{Aggregate: ident.NewID(), Worker: worker}, &registryv1.MessageDelivered{About: offer, AboutService: "training", AboutKind: "offer"})
	f.Settle()
}

// A place that nobody answers for goes from one who waits to the next, each with
// the time from the arrival of the own message; silence and a no cost nobody the
// number on the list, and a place that is left over is for who comes first.
func TestAFreedPlaceDoesNotWaitForEver(t *testing.T) {
	f := start(t)
	r := request("row-1", 1)
	r.StartsOn = "2026-11-30"
	got, err := f.client.PublishCourse(f.Officer("hrss"), r)
	if err != nil {
		t.Fatal(err)
	}
	course := got.GetCourseId()
	first := f.enrol(t, "worker-1", course, "confirmed", 0)
	second := f.enrol(t, "worker-2", course, "waiting", 1)
	third := f.enrol(t, "worker-3", course, "waiting", 2)
	if _, err := f.client.DropEnrolment(f.Worker("worker-1"), &trainingv1.DropEnrolmentRequest{EnrolmentId: first}); err != nil {
		t.Fatal(err)
	}
	offer := f.offer(t, "worker-2")
	f.clock.Set(time.Date(2026, 11, 8, 4, 0, 0, 0, time.UTC))
	f.Settle()
	if e := f.mine(t, "worker-2").GetEnrolments()[0]; e.GetState() != "offered" || e.GetAnswerBy() != 0 {
		t.Fatalf("nobody is known to have read it: %v", e)
	}
	f.delivered("worker-2", offer)
	by := clock.NewDate(2026, 11, 12).Start()
	if e := f.mine(t, "worker-2").GetEnrolments()[0]; e.GetAnswerBy() != by.UnixMicro() {
		t.Fatalf("%v", e)
	}
	f.clock.Set(by)
	if _, err := f.client.AcceptPlace(f.Worker("worker-2"), &trainingv1.AcceptPlaceRequest{EnrolmentId: second}); errs.KindOf(err) != errs.Conflict {
		t.Fatalf("accepted late: %v", err)
	}
	testkit.Eventually(t, "the place went on", func() bool { return f.mine(t, "worker-3").GetEnrolments()[0].GetState() == "offered" })
	if e := f.mine(t, "worker-2").GetEnrolments()[0]; e.GetState() != "waiting" || e.GetPosition() != 1 || e.GetAnswerBy() != 0 || e.GetPlaceFree() {
		t.Fatalf("who did not answer has %v", e)
	}
	f.delivered("worker-2", offer) // again, and too late
	if _, err := f.client.DeclinePlace(f.Worker("worker-2"), &trainingv1.DeclinePlaceRequest{EnrolmentId: third}); errs.CodeOf(err) != "training.enrolment.unknown" {
		t.Fatalf("somebody else declined: %v", err)
	}
	if _, err := f.client.DeclinePlace(f.Worker("worker-3"), &trainingv1.DeclinePlaceRequest{EnrolmentId: third}); err != nil {
		t.Fatal(err)
	}
	for i, w := range []string{"worker-2", "worker-3"} {
		if e := f.mine(t, w).GetEnrolments()[0]; e.GetState() != "waiting" || int(e.GetPosition()) != i+1 || !e.GetPlaceFree() {
			t.Fatalf("%s has %v", w, e)
		}
	}
	f.clock.Set(clock.NewDate(2026, 12, 1).Start().Add(-time.Microsecond)) // the first day's last moment
	if !f.mine(t, "worker-3").GetEnrolments()[0].GetPlaceFree() {
		t.Fatal("the place is not free on the first day")
	}
	f.clock.Set(clock.NewDate(2026, 12, 1).Start())
	if f.mine(t, "worker-3").GetEnrolments()[0].GetPlaceFree() {
		t.Fatal("a place is free in a course that has begun")
	}
	f.clock.Set(by)
	// Nobody behind takes it: whoever let it pass can still have it.
	if _, err := f.client.AcceptPlace(f.Counter("hrss", "worker-2"), &trainingv1.AcceptPlaceRequest{EnrolmentId: second}); err != nil {
		t.Fatal(err)
	}
	if e := f.mine(t, "worker-3").GetEnrolments()[0]; e.GetPosition() != 1 || e.GetPlaceFree() {
		t.Fatalf("worker-3 has %v", e)
	}
	if _, err := f.client.UndoAcceptance(f.Worker("worker-3"), &trainingv1.UndoAcceptanceRequest{EnrolmentId: second}); errs.CodeOf(err) != "training.enrolment.unknown" {
		t.Fatalf("somebody else took it back: %v", err)
	}
	if _, err := f.client.UndoAcceptance(f.Worker("worker-2"), &trainingv1.UndoAcceptanceRequest{EnrolmentId: second}); err != nil {
		t.Fatal(err)
	}
	f.wantState(t, "worker-2", "waiting")
	f.wantState(t, "worker-3", "offered") // asked again, since another gave the place back
	if _, err := f.client.AcceptPlace(f.Worker("worker-3"), &trainingv1.AcceptPlaceRequest{EnrolmentId: third}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.client.UndoAcceptance(f.Worker("worker-3"), &trainingv1.UndoAcceptanceRequest{EnrolmentId: third}); errs.CodeOf(err) != "training.undo.in_person" {
		t.Fatal(err)
	}
}

// What a counter says in a worker's name, the worker is told of.
func TestAPlaceByACounterIsTold(t *testing.T) {
	f := start(t)
	course := f.course(t, 2)
	f.enrol(t, "worker-1", course, "confirmed", 0)
	if _, err := f.client.Enrol(f.Counter("hrss", "worker-2"), &trainingv1.EnrolRequest{Worker: "worker-2", CourseId: course}); err != nil {
		t.Fatal(err)
	}
	f.Settle()
	told, err := event.Tells(training.Name)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range f.Published(training.Name) {
		for _, tell := range told {
			if tell.Type != e.Type || e.Type != "training.enrolment.confirmed.v1" {
				continue
			}
			if _, about, err := tell.Of(e); err != nil || (about != "") != (e.Worker == "worker-2") {
				t.Errorf("%s is told of %q, %v", e.Worker, about, err)
			}
		}
	}
}

func TestClosedAccountFreesThePlace(t *testing.T) {
	f := start(t)
	course := f.course(t, 1)
	f.enrol(t, "worker-1", course, "confirmed", 0)
	f.enrol(t, "worker-2", course, "waiting", 1)
	f.registry.Publish(outbox.Subject{Aggregate: "worker-1", Worker: "worker-1"}, &registryv1.AccountClosed{ClosedOn: "2026-11-02"})
	f.Settle()
	f.wantState(t, "worker-1", "dropped")
	f.wantState(t, "worker-2", "offered")
}

func TestCertificateIsAFactUnderAGrant(t *testing.T) {
	f := start(t)
	f.hire("hire-1", true)
	course := f.course(t, 5)
	enrolment := f.enrol(t, "worker-1", course, "confirmed", 0)
	issue := &trainingv1.IssueCertificateRequest{EnrolmentId: enrolment, Kind: "special_ability", IssuedOn: "2026-11-02"}
	if _, err := f.client.IssueCertificate(f.Officer("hrss"), issue); errs.CodeOf(err) != "training.certificate.not_completed" {
		t.Fatal(err)
	}
	elsewhere := f.As(auth.Principal{Kind: auth.Officer, Subject: "officer-2", Department: "hrss", Division: "654301"})
	result := &trainingv1.RecordAttendanceRequest{EnrolmentId: enrolment, Completed: true}
	if _, err := f.client.RecordAttendance(elsewhere, result); errs.CodeOf(err) != "training.enrolment.unknown" {
		t.Fatal(err)
	}
	if _, err := f.client.RecordAttendance(f.Officer("hrss"), result); err != nil {
		t.Fatal(err)
	}
	issued, err := f.client.IssueCertificate(f.Officer("hrss"), issue)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.client.IssueCertificate(f.Officer("hrss"), issue); errs.CodeOf(err) != "training.certificate.twice" {
		t.Fatal(err)
	}
	mine := f.mine(t, "worker-1")
	if c := mine.GetCertificates()[0]; c.GetCertificateId() != issued.GetCertificateId() || c.GetOccupation() != "6-29" || c.GetLevel() != "专项能力" {
		t.Fatalf("%v", c)
	}
	if s := mine.GetDue()[0].GetState(); s != "done" {
		t.Fatalf("the safety training is %s", s)
	}

	facts := platformv1.FactsClient{Caller: f.Client(), Target: training.Name}
	ask := &platformv1.ListFactsRequest{Worker: "worker-1", GrantId: "grant-1", CaseId: "case-1", Kinds: []string{"certificate"}}
	if _, err := facts.ListFacts(f.Service("employment"), ask); errs.CodeOf(err) != "evidence.no_grant" {
		t.Fatalf("answered without a grant: %v", err)
	}
	f.registry.Publish(outbox.Subject{Aggregate: "grant-1", Worker: "worker-1"}, &registryv1.ConsentGranted{GrantId: "grant-1", Purpose: "job_search", Kinds: []string{"certificate"}, Recipient: "employment", ValidFrom: "2026-11-01"})
	f.Settle()
	got, err := facts.ListFacts(f.Service("employment"), ask)
	if err != nil || len(got.GetFacts()) != 1 {
		t.Fatalf("%v, %v", got, err)
	}
	testkit.Equal(t, got.GetFacts()[0], &platformv1.Fact{Kind: "certificate", Source: "training", SourceId: issued.GetCertificateId(), Worker: "worker-1", Since: "2026-11-02", Code: "6-29", Version: 1})
	if _, err := facts.ListFacts(f.Service("housing"), ask); errs.CodeOf(err) != "auth.denied" {
		t.Fatalf("answered another department: %v", err)
	}
	if _, err := facts.ListFacts(f.As(auth.Principal{Kind: auth.Service, Subject: "employment", Purpose: "interview", Via: auth.ViaSystem}), ask); errs.CodeOf(err) != "auth.purpose" {
		t.Fatalf("answered for another purpose: %v", err)
	}
	f.registry.Publish(outbox.Subject{Aggregate: "grant-2", Worker: "worker-1"}, &registryv1.ConsentGranted{GrantId: "grant-2", Purpose: "school_place", Kinds: []string{"certificate"}, Recipient: "employment", ValidFrom: "2026-11-01"})
	f.Settle()
	if _, err := facts.ListFacts(f.Service("employment"), &platformv1.ListFactsRequest{Worker: "worker-1", GrantId: "grant-2", CaseId: "case-1", Kinds: ask.GetKinds()}); errs.CodeOf(err) != "evidence.no_grant" {
		t.Fatalf("answered under a grant for another purpose: %v", err)
	}
	f.registry.Publish(outbox.Subject{Aggregate: "grant-1", Version: 1, Worker: "worker-1"}, &registryv1.ConsentWithdrawn{GrantId: "grant-1"})
	f.Settle()
	if _, err := facts.ListFacts(f.Service("employment"), ask); errs.CodeOf(err) != "evidence.no_grant" {
		t.Fatalf("answered after the withdrawal: %v", err)
	}
}

func TestSafetyTrainingFollowsTheHire(t *testing.T) {
	f := start(t)
	f.hire("hire-1", true)
	f.hire("hire-2", true)
	f.hire("hire-3", true)
	f.hire("hire-4", false)
	f.hire("hire-5", true)
	f.employment.Publish(outbox.Subject{Aggregate: "hire-5", Version: 1, Worker: "worker-1", Division: "654321"}, &employmentv1.HireEnded{HireId: "hire-5", EndedOn: "2026-11-02"})
	f.employment.Publish(outbox.Subject{Aggregate: "hire-1", Version: 1, Worker: "worker-1", Division: "654321"}, &employmentv1.HireDisputed{HireId: "hire-1"})
	f.employment.Publish(outbox.Subject{Aggregate: "hire-2", Version: 1, Worker: "worker-1", Division: "654321"}, &employmentv1.HireUndone{HireId: "hire-2"})
	f.Settle()
	states := map[string]string{}
	for _, d := range f.mine(t, "worker-1").GetDue() {
		states[d.GetHireId()] = d.GetState()
	}
	if len(states) != 4 || states["hire-5"] != "cancelled" || states["hire-1"] != "cancelled" || states["hire-2"] != "cancelled" || states["hire-3"] != "due" {
		t.Errorf("%v", states)
	}
}

func TestNobodyElseSeesTheEnrolments(t *testing.T) {
	f := start(t)
	ask := &trainingv1.ListEnrolmentsRequest{Worker: "worker-1"}
	for name, who := range map[string]context.Context{
		"another worker": f.Worker("worker-2"), "an officer": f.Officer("hrss"), "the police": f.Officer("psb"), "an employer": f.Employer("employer-1"), "a service": f.Service("employment"),
	} {
		if _, err := f.client.ListEnrolments(who, ask); errs.KindOf(err) != errs.Denied {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCounts(t *testing.T) {
	f := start(t)
	course := f.course(t, 1)
	f.enrol(t, "worker-1", course, "confirmed", 0)
	f.enrol(t, "worker-2", course, "waiting", 1)
	got, err := platformv1.OpsClient{Caller: f.Client(), Target: training.Name}.GetStatus(f.Officer("ops"), &platformv1.GetStatusRequest{})
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int64{}
	for _, c := range got.GetCounts() {
		counts[c.GetThing()] = c.GetCount()
	}
	if counts["courses"] != 1 || counts["enrolments"] != 2 || counts["certificates"] != 0 {
		t.Errorf("%v", counts)
	}
}
