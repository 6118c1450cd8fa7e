package training_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
	"github.com/qiao-platform/qiao/services/training"
)

// away is an officer of another county's.
func (f *fixture) away() context.Context {
	return f.As(auth.Principal{Kind: auth.Officer, Subject: "o-2", Department: "hrss", Division: "654301", Purpose: "case_handling", LegalBasis: "PIPL 13(3)", Via: auth.ViaWeb})
}

func (f *fixture) class(t *testing.T, course string) (all []*trainingv1.CourseEnrolment) {
	t.Helper()
	got, err := f.client.ListCourseEnrolments(f.Officer("hrss"), &trainingv1.ListCourseEnrolmentsRequest{CourseId: course})
	if err != nil {
		t.Fatal(err)
	}
	if s := got.String(); strings.Contains(s, "worker-") {
		t.Errorf("a class names persons: %s", s)
	}
	return got.GetEnrolments()
}

func (f *fixture) seeCourse(t *testing.T, id string) *trainingv1.Course {
	t.Helper()
	got, err := f.client.GetCourse(f.Worker("worker-1"), &trainingv1.GetCourseRequest{CourseId: id})
	if err != nil {
		t.Fatal(err)
	}
	return got.GetCourse()
}

// told are the workers whom an event is about, in order.
func (f *fixture) told(kind string) (all []string) {
	f.Settle()
	for _, e := range f.Published(training.Name) {
		if e.Type == kind {
			all = append(all, e.Worker)
		}
	}
	slices.Sort(all)
	return all
}

// The results of a class are recorded all or none; one that was recorded by mistake is
// taken back, with the safety training that it fulfilled, but not from under a certificate.
func TestTheResultsOfAClass(t *testing.T) {
	f := start(t)
	course, other := f.course(t, 3), ""
	got, err := f.client.PublishCourse(f.Officer("hrss"), request("row-2", 1))
	if other = got.GetCourseId(); err != nil {
		t.Fatal(err)
	}
	one, two := f.enrol(t, "worker-1", course, "confirmed", 0), f.enrol(t, "worker-2", course, "confirmed", 0)
	elsewhere := f.enrol(t, "worker-3", other, "confirmed", 0)
	f.hire("hire-1", true)
	hrss := f.Officer("hrss")
	record := func(as context.Context, course string, completed, failed []string) error {
		_, err := f.client.RecordResults(as, &trainingv1.RecordResultsRequest{CourseId: course, CompletedIds: completed, FailedIds: failed})
		return err
	}
	for what, c := range map[string]struct {
		err  error
		want string
	}{
		"one of another course":  {record(hrss, course, []string{one, elsewhere}, nil), "training.enrolment.unknown"},
		"one twice":              {record(hrss, course, []string{one}, []string{one}), "training.results.twice"},
		"none":                   {record(hrss, course, nil, nil), "training.results.none"},
		"by another county":      {record(f.away(), course, []string{one}, nil), "training.course.unknown"},
		"of a course of nowhere": {record(hrss, "none", []string{one}, nil), "training.course.unknown"},
	} {
		if errs.CodeOf(c.err) != c.want {
			t.Errorf("%s: %v", what, c.err)
		}
	}
	if all := f.class(t, course); all[0].GetState() != "confirmed" || all[1].GetState() != "confirmed" {
		t.Fatalf("half a class was recorded: %v", all)
	}
	if err := record(hrss, course, []string{one}, []string{two}); err != nil {
		t.Fatal(err)
	}
	if all := f.class(t, course); len(all) != 2 || all[0].GetState() == all[1].GetState() {
		t.Fatalf("%v", all)
	}
	if d := f.mine(t, "worker-1").GetDue(); d[0].GetState() != "done" {
		t.Fatalf("%v", d)
	}
	issued, err := f.client.IssueCertificate(hrss, &trainingv1.IssueCertificateRequest{EnrolmentId: one, Kind: "completion", Number: "AK-2026-1", IssuedOn: "2026-11-02"})
	if err != nil {
		t.Fatal(err)
	}
	takeBack := func(as context.Context, reason string) error {
		_, err := f.client.TakeBackResult(as, &trainingv1.TakeBackResultRequest{EnrolmentId: one, ReasonCode: reason})
		return err
	}
	if err := takeBack(hrss, "mistyped"); errs.CodeOf(err) != "training.results.certified" {
		t.Errorf("from under a certificate: %v", err)
	}
	revoke := func(as context.Context, reason string) error {
		_, err := f.client.RevokeCertificate(as, &trainingv1.RevokeCertificateRequest{CertificateId: issued.GetCertificateId(), ReasonCode: reason})
		return err
	}
	if err := revoke(f.away(), "wrong_level"); errs.CodeOf(err) != "training.certificate.unknown" {
		t.Errorf("by another county: %v", err)
	}
	if err := revoke(hrss, "curiosity"); errs.CodeOf(err) != "training.reason" {
		t.Error(err)
	}
	if err := revoke(hrss, "mistaken_entry"); err != nil {
		t.Fatal(err)
	}
	if err := revoke(hrss, "mistaken_entry"); errs.CodeOf(err) != "training.certificate.revoked" {
		t.Error(err)
	}
	if err := takeBack(f.away(), "mistyped"); errs.CodeOf(err) != "training.enrolment.unknown" {
		t.Errorf("by another county: %v", err)
	}
	if err := takeBack(hrss, "mistyped"); err != nil {
		t.Fatal(err)
	}
	mine := f.mine(t, "worker-1")
	if c := mine.GetCertificates()[0]; mine.GetEnrolments()[0].GetState() != "confirmed" || mine.GetDue()[0].GetState() != "due" || c.GetRevokedOn() != "2026-11-02" || c.GetReasonCode() != "mistaken_entry" || c.GetNumber() != "AK-2026-1" {
		t.Errorf("%v", mine)
	}
	if err := record(hrss, course, []string{one}, nil); err != nil {
		t.Fatal(err)
	}
	for number, want := range map[string]string{"AK/2": "training.certificate.number", "": ""} {
		if _, err := f.client.IssueCertificate(hrss, &trainingv1.IssueCertificateRequest{EnrolmentId: one, Kind: "completion", Number: number, IssuedOn: "2026-11-02"}); errs.CodeOf(err) != want && want != "" {
			t.Errorf("%q: %v", number, err)
		}
	}
	for kind, want := range map[string][]string{"training.attendance.taken_back.v1": {"worker-1"}, "training.certificate.revoked.v1": {"worker-1"}} {
		if got := f.told(kind); !slices.Equal(got, want) {
			t.Errorf("%s: told %v, want %v", kind, got, want)
		}
	}
}

// A course that is cancelled tells each who is in it or waits, once; nobody joins it, and
// no list of courses to come has it.
func TestACourseIsCancelled(t *testing.T) {
	f := start(t)
	course := f.course(t, 1)
	f.enrol(t, "worker-1", course, "confirmed", 0)
	f.enrol(t, "worker-2", course, "waiting", 1)
	gone := f.enrol(t, "worker-3", course, "waiting", 2)
	if _, err := f.client.DropEnrolment(f.Worker("worker-3"), &trainingv1.DropEnrolmentRequest{EnrolmentId: gone}); err != nil {
		t.Fatal(err)
	}
	cancel := func(as context.Context, reason string) (int32, error) {
		got, err := f.client.CancelCourse(as, &trainingv1.CancelCourseRequest{CourseId: course, ReasonCode: reason})
		return got.GetEnrolments(), err
	}
	if _, err := cancel(f.away(), "other"); errs.CodeOf(err) != "training.course.unknown" {
		t.Errorf("by another county: %v", err)
	}
	if _, err := cancel(f.Officer("hrss"), ""); errs.CodeOf(err) != "training.reason" {
		t.Errorf("without a reason: %v", err)
	}
	if n, err := cancel(f.Officer("hrss"), "too_few_enrolled"); err != nil || n != 2 {
		t.Fatalf("%d, %v", n, err)
	}
	if _, err := cancel(f.Officer("hrss"), "too_few_enrolled"); errs.CodeOf(err) != "training.course.cancelled" {
		t.Errorf("twice: %v", err)
	}
	if got := f.told("training.enrolment.cancelled.v1"); !slices.Equal(got, []string{"worker-1", "worker-2"}) {
		t.Errorf("told %v", got)
	}
	f.wantState(t, "worker-1", "cancelled")
	f.wantState(t, "worker-3", "dropped")
	if _, err := f.client.Enrol(f.Worker("worker-4"), &trainingv1.EnrolRequest{Worker: "worker-4", CourseId: course}); errs.CodeOf(err) != "training.course.cancelled" {
		t.Errorf("joined: %v", err)
	}
	if c := f.seeCourse(t, course); c.GetState() != "cancelled" || c.GetReasonCode() != "too_few_enrolled" || c.GetFree() != 1 || c.GetWaiting() != 0 {
		t.Errorf("%v", c)
	}
	for asked, want := range map[bool]int{false: 0, true: 1} {
		if got, err := f.client.ListCourses(f.Worker("worker-1"), &trainingv1.ListCoursesRequest{Cancelled: asked}); err != nil || len(got.GetCourses()) != want {
			t.Errorf("%v: %v, %v", asked, got, err)
		}
	}
}

// A place more is offered to who waits first; a new day is told to all, and an offer
// that nobody is known to have read lasts until it.
func TestACourseIsChanged(t *testing.T) {
	f := start(t)
	r := request("row-1", 1)
	r.StartsOn, r.Venue = "2026-11-10", "文化路 3 号"
	got, err := f.client.PublishCourse(f.Officer("hrss"), r)
	if err != nil {
		t.Fatal(err)
	}
	course := got.GetCourseId()
	f.enrol(t, "worker-1", course, "confirmed", 0)
	f.enrol(t, "worker-2", course, "waiting", 1)
	plan := func() *trainingv1.ChangeCourseRequest {
		return &trainingv1.ChangeCourseRequest{CourseId: course, Hours: 240, Places: 1, StartsOn: "2026-11-10", Venue: "文化路 3 号", ReasonCode: "other"}
	}
	for want, change := range map[string]func(*trainingv1.ChangeCourseRequest){
		"training.reason":             func(p *trainingv1.ChangeCourseRequest) { p.ReasonCode = "" },
		"training.course.start_past":  func(p *trainingv1.ChangeCourseRequest) { p.StartsOn = "2026-11-01" },
		"training.course.ends_before": func(p *trainingv1.ChangeCourseRequest) { p.EndsOn = "2026-11-09" },
		"training.course.places":      func(p *trainingv1.ChangeCourseRequest) { p.Places = 0 },
		"training.course.implausible": func(p *trainingv1.ChangeCourseRequest) { p.Places = 1_000_000 },
		"training.course.venue":       func(p *trainingv1.ChangeCourseRequest) { p.Venue = " x" },
		"training.course.hours":       func(p *trainingv1.ChangeCourseRequest) { p.Hours = 0 },
		"training.course.unknown":     func(p *trainingv1.ChangeCourseRequest) { p.CourseId = "none" },
		"clock.date_format|rpc.field": func(p *trainingv1.ChangeCourseRequest) { p.EndsOn = "soon" },
	} {
		p := plan()
		change(p)
		if _, err := f.client.ChangeCourse(f.Officer("hrss"), p); !slices.Contains(strings.Split(want, "|"), errs.CodeOf(err)) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, err := f.client.ChangeCourse(f.Officer("hrss"), plan()); err != nil || len(f.told("training.enrolment.moved.v1")) != 0 {
		t.Errorf("the same again: %v", err)
	}
	p := plan()
	p.Places, p.ReasonCode = 2, "more_places"
	if _, err := f.client.ChangeCourse(f.away(), p); errs.CodeOf(err) != "training.course.unknown" {
		t.Errorf("by another county: %v", err)
	}
	if _, err := f.client.ChangeCourse(f.Officer("hrss"), p); err != nil {
		t.Fatal(err)
	}
	f.wantState(t, "worker-2", "offered")
	if told := f.told("training.enrolment.moved.v1"); len(told) != 0 {
		t.Errorf("told of places: %v", told)
	}
	p.Places = 1
	if _, err := f.client.ChangeCourse(f.Officer("hrss"), p); errs.CodeOf(err) != "training.course.places_taken" {
		t.Errorf("fewer than are taken: %v", err)
	}
	p.Places, p.StartsOn, p.ReasonCode = 2, "2026-11-20", "new_dates"
	if _, err := f.client.ChangeCourse(f.Officer("hrss"), p); err != nil {
		t.Fatal(err)
	}
	if told := f.told("training.enrolment.moved.v1"); !slices.Equal(told, []string{"worker-1", "worker-2"}) {
		t.Errorf("told %v", told)
	}
	f.clock.Set(time.Date(2026, 11, 15, 4, 0, 0, 0, time.UTC)) // behind the first day as it was
	f.Settle()
	f.wantState(t, "worker-2", "offered")
	f.clock.Set(clock.NewDate(2026, 11, 21).Start().Add(time.Hour))
	f.Settle()
	f.wantState(t, "worker-2", "waiting")
	if _, err := f.client.ChangeCourse(f.Officer("hrss"), p); errs.CodeOf(err) != "training.course.started" {
		t.Errorf("once begun: %v", err)
	}
}

// What a counter sees of a visitor's courses stands in the access log; an officer whom
// nobody visits sees nothing.
func TestWhatACounterSeesOfCoursesIsLogged(t *testing.T) {
	f := start(t)
	f.enrol(t, "worker-1", f.course(t, 1), "confirmed", 0)
	f.mine(t, "worker-1")
	if told := f.told("training.record.read.v1"); len(told) != 0 {
		t.Fatalf("own looks are logged: %v", told)
	}
	if _, err := f.client.ListEnrolments(f.Officer("hrss"), &trainingv1.ListEnrolmentsRequest{Worker: "worker-1"}); errs.CodeOf(err) != "auth.not_yours" {
		t.Errorf("an officer whom nobody visits: %v", err)
	}
	if got, err := f.client.ListEnrolments(f.Counter("hrss", "worker-1"), &trainingv1.ListEnrolmentsRequest{Worker: "worker-1"}); err != nil || len(got.GetEnrolments()) != 1 {
		t.Fatalf("%v, %v", got, err)
	}
	if told := f.told("training.record.read.v1"); !slices.Equal(told, []string{"worker-1"}) {
		t.Errorf("logged: %v", told)
	}
}
