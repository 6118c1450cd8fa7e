// Package storetest is the conformance suite that both databases pass.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/training/internal/app"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
	"github.com/qiao-platform/qiao/services/training/internal/store"
)

var start = clock.NewDate(2026, 12, 4)

// suite is a fresh database and the store on it.
type suite struct {
	db *sqldb.DB
	*store.Store
}

// Run runs the suite; open gives a fresh database each time.
func Run(t *testing.T, open func(testing.TB) *sqldb.DB) {
	for name, test := range map[string]func(*testing.T, suite){
		"a course survives the round trip":               courseRoundTrip,
		"the same reference again changes nothing":       referenceTwice,
		"a course is corrected by its sheet":             corrected,
		"an enrolment survives the round trip":           enrolmentRoundTrip,
		"a worker is in a course once":                   enrolledOnce,
		"a certificate is issued once":                   certificateOnce,
		"a due training survives the round trip":         dueRoundTrip,
		"what is not there":                              unknown,
		"a class is listed page by page":                 classes,
		"a certificate makes room for a right one":       revoked,
		"courses are found by a part of their names":     found,
		"a stale version is refused":                     stale,
		"a rollback leaves neither row nor event":        rollback,
		"pages stay in place while courses are added":    pages,
		"sixty-four ask for the last ten places":         lastPlaces,
		"many leave at once, each place is offered once": manyLeave,
		"the same sheet is imported by many at once":     importsAtOnce,
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t)
			test(t, suite{db, store.New(testkit.Outbox(t, "training", db), task.New(db, clock.System(), testkit.Telemetry(t).For("training")))})
		})
	}
}

// update runs f in a transaction that must succeed.
func (s suite) update(t testing.TB, f func(app.Store) error) {
	t.Helper()
	if err := s.try(f); err != nil {
		t.Error(err)
	}
}

func (s suite) try(f func(app.Store) error) error {
	return s.db.Update(context.Background(), func(tx *sqldb.Tx) error { return f(s.In(tx)) })
}

func (s suite) wantEvents(t testing.TB, want ...string) {
	t.Helper()
	if got := testkit.Events(t, s.db); !slices.Equal(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
}

func course(id string, places int) domain.Course {
	return domain.Course{
		ID: id, Provider: "青河县职业技能培训中心", Reference: "reference-" + id, Title: "ئاشپەزلىك — Аспазшы 厨师", Occupation: "4-03", Level: "四级",
		Hours: 80, Places: places, StartsOn: start, Kind: "order", EmployerUSCC: "91654322KGUUC5QK4C", SubsidyFen: 1 << 40, County: "654325",
	}
}

func published(c domain.Course) domain.Event {
	return domain.CoursePublished{CourseID: c.ID, Occupation: c.Occupation, Level: c.Level, Places: c.Places, StartsOn: c.StartsOn}
}

func (s suite) add(t testing.TB, c domain.Course) {
	t.Helper()
	s.update(t, func(in app.Store) error {
		id, created, err := in.AddCourse(context.Background(), c, published(c))
		if id != c.ID || !created {
			t.Errorf("%s, created %v", id, created)
		}
		return err
	})
}

// enrol enrols a worker through the domain and returns the enrolment as stored.
func (s suite) enrol(t testing.TB, courseID, id, worker string) (e domain.Enrolment) {
	t.Helper()
	s.update(t, func(in app.Store) error {
		c, err := in.Course(courseID)
		if err != nil {
			return err
		}
		var events []domain.Event
		if c, e, events, err = c.Enrol(id, worker, true, start); err != nil {
			return err
		}
		if err := in.SaveCourse(context.Background(), c); err != nil {
			return err
		}
		return in.SaveEnrolment(context.Background(), e, events...)
	})
	e.Version = 1
	return e
}

func courseRoundTrip(t *testing.T, s suite) {
	c := course("course-Az.9_b", 3)
	s.add(t, c)
	c.Version = 1
	s.update(t, func(in app.Store) error {
		got, err := in.Course(c.ID)
		if err != nil || got != c {
			t.Errorf("got %+v, %v; want %+v", got, err, c)
		}
		got.Taken, got.Waiting, got.LastNumber = 3, 2, 9
		return in.SaveCourse(context.Background(), got)
	})
	c.Taken, c.Waiting, c.LastNumber, c.Version = 3, 2, 9, 2
	s.update(t, func(in app.Store) error {
		all, err := in.Courses(app.CourseQuery{AfterDay: start, Occupation: "4-03", County: "654325", Limit: 9})
		if err != nil || len(all) != 1 || all[0] != c {
			t.Errorf("got %+v, %v; want %+v", all, err, c)
		}
		for _, q := range []app.CourseQuery{
			{AfterDay: start, Occupation: "4-04", Limit: 9}, {AfterDay: start, County: "654301", Limit: 9},
			{AfterDay: start.AddDays(1), Limit: 9}, {AfterDay: start, AfterID: c.ID, Limit: 9},
		} {
			if all, err := in.Courses(q); err != nil || len(all) != 0 {
				t.Errorf("%+v: %v, %v", q, all, err)
			}
		}
		return nil
	})
	s.wantEvents(t, "training.course.published.v1")
}

func referenceTwice(t *testing.T, s suite) {
	c := course("course-1", 3)
	s.add(t, c)
	again := c
	again.ID, again.Places = "course-2", 5
	s.update(t, func(in app.Store) error {
		id, created, err := in.AddCourse(context.Background(), again, published(again))
		if id != c.ID || created {
			t.Errorf("%s, created %v", id, created)
		}
		return err
	})
	s.wantEvents(t, "training.course.published.v1")
	other := again
	other.Provider = "another provider"
	s.add(t, other)
	upper := again
	upper.ID, upper.Reference = "course-3", "Reference-course-1" // references are case-sensitive
	s.add(t, upper)
}

// corrected finds a course by what makes a row of a sheet the same course, and
// writes what the sheet corrects.
func corrected(t *testing.T, s suite) {
	c := course("course-1", 3)
	s.add(t, c)
	other := course("course-2", 3)
	other.Level = "五级"
	s.add(t, other)
	s.update(t, func(in app.Store) error {
		like := c
		like.ID, like.Reference, like.Places = "course-9", "another", 9
		known, found, err := in.SameCourse(like)
		if err != nil || !found || known.ID != c.ID {
			t.Fatalf("%+v, %v, %v", known, found, err)
		}
		like.StartsOn = start.AddDays(1)
		if _, found, err := in.SameCourse(like); found || err != nil {
			t.Errorf("found on another day: %v", err)
		}
		known.Reference, known.Places, known.Hours, known.SubsidyFen = "another", 9, 81, 7
		return in.SaveCourse(context.Background(), known, published(known))
	})
	s.update(t, func(in app.Store) error {
		got, err := in.Course(c.ID)
		if got.Reference != "another" || got.Places != 9 || got.Hours != 81 || got.SubsidyFen != 7 || got.Version != 2 {
			t.Errorf("%+v", got)
		}
		if err := in.SaveCourse(context.Background(), c); !errors.Is(err, outbox.ErrStale) {
			t.Errorf("stale: %v", err)
		}
		return err
	})
	err := s.try(func(in app.Store) error {
		known, err := in.Course(c.ID)
		if err != nil {
			return err
		}
		known.Reference = other.Reference
		return in.SaveCourse(context.Background(), known, published(known))
	})
	if errs.CodeOf(err) != errs.CodeOf(domain.ErrReferenceTaken) { // and no conflict that a repeat would end
		t.Errorf("the reference of another course: %v", err)
	}
	s.wantEvents(t, "training.course.published.v1", "training.course.published.v1", "training.course.published.v1")
}

func enrolmentRoundTrip(t *testing.T, s suite) {
	s.add(t, course("course-1", 1))
	first := s.enrol(t, "course-1", "Enrolment-1", "worker-1")
	waits := s.enrol(t, "course-1", "enrolment-2", "worker-2")
	last := s.enrol(t, "course-1", "enrolment-3", "worker-3")
	s.update(t, func(in app.Store) error {
		c, e, err := in.Place("Enrolment-1")
		if err != nil || e != first || c.Taken != 1 || c.Waiting != 2 {
			t.Errorf("%+v, %+v, %v", c, e, err)
		}
		if _, _, err := in.Place("enrolment-1"); !errors.Is(err, domain.ErrEnrolmentUnknown) { // ids are case-sensitive
			t.Error(err)
		}
		if e, found, err := in.FirstWaiting("course-1", 0); err != nil || !found || e != waits {
			t.Errorf("%+v, %v, %v", e, found, err)
		}
		lines, err := in.EnrolmentsOf("worker-3")
		want := []app.EnrolmentLine{{Enrolment: last, Title: c.Title, StartsOn: start, Position: 2, Provider: c.Provider, County: c.County}}
		if err != nil || !reflect.DeepEqual(lines, want) {
			t.Errorf("got %+v, %v; want %+v", lines, err, want)
		}
		if e, found, err := in.FirstWaiting("course-1", waits.Number); err != nil || !found || e != last {
			t.Errorf("%+v, %v, %v", e, found, err)
		}
		if _, found, err := in.FirstWaiting("course-1", last.Number); err != nil || found {
			t.Errorf("%v, %v", found, err)
		}
		waits.State, waits.OfferID = domain.Offered, "offer-1"
		waits.Offer = answer.Clock{State: answer.Open, AnswerDays: 3, MadeAt: start.Start().UTC(), AnswerBy: start.AddDays(3).Start().UTC(), AcceptedAt: start.AddDays(1).Start().UTC(), InPerson: true}
		return in.SaveEnrolment(context.Background(), waits, domain.PlaceOffered{EnrolmentID: waits.ID, CourseID: "course-1", OfferID: "offer-1", AnswerDays: 3})
	})
	waits.Version++
	s.update(t, func(in app.Store) error {
		if _, e, err := in.Place(waits.ID); err != nil || e != waits {
			t.Errorf("%+v, %v; want %+v", e, err, waits)
		}
		if id, err := in.OfferedTo("offer-1"); err != nil || id != waits.ID {
			t.Errorf("%q, %v", id, err)
		}
		id, err := in.OfferedTo("offer-2")
		if id != "" {
			t.Errorf("%q", id)
		}
		return err
	})
	s.update(t, func(in app.Store) error {
		lines, err := in.EnrolmentsOf("worker-3")
		if err != nil || lines[0].Position != 1 {
			t.Errorf("%+v, %v", lines, err)
		}
		lines, err = in.EnrolmentsOf("worker-2")
		if err != nil || lines[0].Position != 0 || lines[0].State != domain.Offered || lines[0].Version != 2 || lines[0].Free || !lines[0].Offer.AnswerBy.Equal(waits.Offer.AnswerBy) {
			t.Errorf("%+v, %v", lines, err)
		}
		ids, err := in.OpenEnrolments("worker-2")
		if err != nil || !slices.Equal(ids, []string{"enrolment-2"}) {
			t.Errorf("%v, %v", ids, err)
		}
		c, err := in.Course("course-1")
		if err != nil {
			return err
		}
		c.Taken = 0
		return in.SaveCourse(context.Background(), c)
	})
	s.update(t, func(in app.Store) error {
		lines, err := in.EnrolmentsOf("worker-3")
		if !lines[0].Free {
			t.Errorf("%+v", lines)
		}
		return err
	})
	s.wantEvents(t, "training.course.published.v1", "training.enrolment.confirmed.v1", "training.enrolment.waitlisted.v1", "training.enrolment.waitlisted.v1", "training.place.offered.v1")
}

func enrolledOnce(t *testing.T, s suite) {
	ctx := context.Background()
	s.add(t, course("course-1", 5))
	e := s.enrol(t, "course-1", "enrolment-1", "worker-1")
	again := domain.Enrolment{ID: "enrolment-2", CourseID: "course-1", Worker: "worker-1", State: domain.Confirmed}
	if err := s.try(func(in app.Store) error { return in.SaveEnrolment(ctx, again) }); !errors.Is(err, domain.ErrEnrolledTwice) {
		t.Error(err)
	}
	s.update(t, func(in app.Store) error {
		if in, err := in.Enrolled("course-1", "worker-1"); err != nil || !in {
			t.Errorf("%v, %v", in, err)
		}
		if in, err := in.Enrolled("course-1", "Worker-1"); err != nil || in {
			t.Errorf("%v, %v", in, err)
		}
		e.State = domain.Dropped
		return in.SaveEnrolment(ctx, e, domain.EnrolmentDropped{EnrolmentID: e.ID})
	})
	s.update(t, func(in app.Store) error {
		if in, err := in.Enrolled("course-1", "worker-1"); err != nil || in {
			t.Errorf("%v, %v", in, err)
		}
		if ids, err := in.OpenEnrolments("worker-1"); err != nil || len(ids) != 0 {
			t.Errorf("%v, %v", ids, err)
		}
		return in.SaveEnrolment(ctx, again, domain.EnrolmentConfirmed{EnrolmentID: again.ID, CourseID: "course-1"})
	})
}

func certificateOnce(t *testing.T, s suite) {
	ctx := context.Background()
	s.add(t, course("course-1", 5))
	e := s.enrol(t, "course-1", "enrolment-1", "worker-1")
	c := domain.Certificate{ID: "certificate-1", EnrolmentID: e.ID, Worker: e.Worker, Division: e.Division, Kind: "skill_level", Occupation: "4-03", Level: "四级", IssuedOn: start}
	issued := domain.CertificateIssued{CertificateID: c.ID, Kind: c.Kind, Occupation: c.Occupation, Level: c.Level, IssuedOn: start}
	s.update(t, func(in app.Store) error { return in.AddCertificate(ctx, c, issued) })
	again := c
	again.ID = "certificate-2"
	if err := s.try(func(in app.Store) error { return in.AddCertificate(ctx, again, issued) }); !errors.Is(err, domain.ErrCertificateTwice) {
		t.Error(err)
	}
	c.Version = 1
	s.update(t, func(in app.Store) error {
		all, err := in.CertificatesOf("worker-1")
		if err != nil || len(all) != 1 || all[0] != c {
			t.Errorf("got %+v, %v; want %+v", all, err, c)
		}
		return nil
	})
	s.wantEvents(t, "training.course.published.v1", "training.enrolment.confirmed.v1", "training.certificate.issued.v1")
}

func dueRoundTrip(t *testing.T, s suite) {
	ctx := context.Background()
	d, events := domain.OpenDue("due-1", "hire-1", "worker-1", "654301", "6-29")
	s.update(t, func(in app.Store) error { return in.SaveDue(ctx, d, events...) })
	same, events := domain.OpenDue("due-2", "hire-1", "worker-1", "654301", "6-29")
	if err := s.try(func(in app.Store) error { return in.SaveDue(ctx, same, events...) }); !errors.Is(err, outbox.ErrStale) {
		t.Errorf("the same hire twice: %v", err)
	}
	d.Version = 1
	s.update(t, func(in app.Store) error {
		if got, found, err := in.DueOfHire("hire-1"); err != nil || !found || got != d {
			t.Errorf("%+v, %v, %v", got, found, err)
		}
		if all, err := in.OpenDues("worker-1", "6-30"); err != nil || len(all) != 0 {
			t.Errorf("%+v, %v", all, err)
		}
		all, err := in.OpenDues("worker-1", "6-29")
		if err != nil || len(all) != 1 || all[0] != d {
			t.Errorf("%+v, %v", all, err)
		}
		return in.SaveDue(ctx, d.Fulfil("enrolment-1"))
	})
	s.update(t, func(in app.Store) error {
		if all, err := in.OpenDues("worker-1", "6-29"); err != nil || len(all) != 0 {
			t.Errorf("%+v, %v", all, err)
		}
		if all, err := in.DuesOf("worker-1"); err != nil || len(all) != 1 || all[0].State != domain.DueDone || all[0].Version != 2 {
			t.Errorf("%+v, %v", all, err)
		}
		return nil
	})
	s.wantEvents(t, "training.safety_training.due.v1")
}

// classes lists a class in its order, whatever the size of a page, with the certificates
// that hold; and ends with the course what nobody concluded.
func classes(t *testing.T, s suite) {
	s.add(t, course("course-1", 3))
	s.add(t, course("course-2", 1))
	s.enrol(t, "course-2", "elsewhere", "worker-9")
	for i, id := range []string{"e-5", "e-4", "e-3", "e-2", "e-1", "e-0"} { // three have a place, three wait
		s.enrol(t, "course-1", id, fmt.Sprintf("worker-%d", i))
	}
	ctx := context.Background()
	s.update(t, func(in app.Store) error {
		c, done, err := in.Place("e-4")
		if err != nil {
			return err
		}
		done, events, err := c.Conclude(done, true, start)
		if err != nil {
			return err
		}
		cert, more, err := c.Certify(done, "certificate-1", "completion", "AK-1", start, start)
		if err != nil {
			return err
		}
		return errors.Join(in.SaveEnrolment(ctx, done, events...), in.AddCertificate(ctx, cert, more...))
	})
	for _, limit := range []int{1, 2, 9} {
		var got []string
		q := app.ClassQuery{CourseID: "course-1", AfterRank: -1, Limit: limit}
		for {
			var page []app.ClassLine
			s.update(t, func(in app.Store) (err error) { page, err = in.Class(q); return err })
			for _, l := range page {
				got = append(got, fmt.Sprintf("%s %s %d %s", l.ID, l.State, l.Position, l.Certificate.Number))
				q.AfterRank, q.AfterNum, q.AfterID = l.Rank, l.Number, l.ID
			}
			if len(page) < limit {
				break
			}
		}
		if want := []string{"e-3 confirmed 0 ", "e-5 confirmed 0 ", "e-4 completed 0 AK-1", "e-2 waiting 1 ", "e-1 waiting 2 ", "e-0 waiting 3 "}; !slices.Equal(got, want) {
			t.Errorf("%d a page: %q, want %q", limit, got, want)
		}
	}
	s.update(t, func(in app.Store) error {
		live, err := in.LiveEnrolments("course-1")
		var ids []string
		for _, e := range live {
			ids = append(ids, e.ID)
		}
		if want := []string{"e-0", "e-1", "e-2", "e-3", "e-5"}; !slices.Equal(ids, want) {
			t.Errorf("live %v, want %v", ids, want)
		}
		return err
	})
}

// revoked: an enrolment has one certificate that holds, and a number one of those.
func revoked(t *testing.T, s suite) {
	s.add(t, course("course-1", 3))
	ctx := context.Background()
	certify := func(in app.Store, enrolment, id, number string) error {
		c, e, err := in.Place(enrolment)
		if err != nil {
			return err
		}
		if e.State == domain.Confirmed {
			var events []domain.Event
			if e, events, err = c.Conclude(e, true, start); err != nil {
				return err
			}
			if err := in.SaveEnrolment(ctx, e, events...); err != nil {
				return err
			}
		}
		cert, events, err := c.Certify(e, id, "completion", number, start, start)
		if err != nil {
			return err
		}
		return in.AddCertificate(ctx, cert, events...)
	}
	s.enrol(t, "course-1", "e-1", "worker-1")
	s.enrol(t, "course-1", "e-2", "worker-2")
	s.update(t, func(in app.Store) error { return certify(in, "e-1", "certificate-1", "AK-1") })
	for what, err := range map[string]error{
		"a second one":    s.try(func(in app.Store) error { return certify(in, "e-1", "certificate-2", "AK-2") }),
		"the same number": s.try(func(in app.Store) error { return certify(in, "e-2", "certificate-2", "AK-1") }),
	} {
		if !errors.Is(err, domain.ErrCertificateTwice) {
			t.Errorf("%s: %v", what, err)
		}
	}
	s.update(t, func(in app.Store) error {
		cert, err := in.Certificate("certificate-1")
		if err != nil {
			return err
		}
		cert, events, err := cert.Revoke("wrong_level", start)
		if err != nil {
			return err
		}
		return in.SaveCertificate(ctx, cert, events...)
	})
	s.update(t, func(in app.Store) error { return certify(in, "e-1", "certificate-2", "AK-1") })
	s.update(t, func(in app.Store) error {
		got, found, err := in.CertificateOf("e-1")
		if err != nil || !found || got.ID != "certificate-2" {
			t.Errorf("%+v, %v, %v", got, found, err)
		}
		all, err := in.CertificatesOf("worker-1")
		if err != nil || len(all) != 2 || all[0].RevokedOn != start || all[0].Reason != "wrong_level" {
			t.Errorf("%+v, %v", all, err)
		}
		if taken, err := in.Numbered("AK-1"); !taken || err != nil {
			t.Errorf("%v, %v", taken, err)
		}
		_, err = in.Certificate("none")
		if !errors.Is(err, domain.ErrCertificateNone) {
			t.Error(err)
		}
		return nil
	})
}

// found: what is asked for is meant as it is written, and a cancelled course is shown only
// where it is asked for.
func found(t *testing.T, s suite) {
	for id, title := range map[string]string{"a": "焊工 100% Welding", "b": "中式烹调", "c": "焊工_2"} {
		c := course(id, 3)
		c.Title = title
		s.add(t, c)
	}
	s.update(t, func(in app.Store) error {
		c, err := in.Course("c")
		if err != nil {
			return err
		}
		c.Venue, c.Contact, c.EndsOn = "青河县团结路 5 号", "0906-8820000", start.AddDays(9)
		c, events, err := c.Cancel("too_few_enrolled")
		if err != nil {
			return err
		}
		return in.SaveCourse(context.Background(), c, events...)
	})
	for find, want := range map[string]string{"": "ab", "焊工": "a", "welding": "a", "100%": "a", "%": "a", "_": "", "!": "", "烹": "b", "青河县职业": "ab"} {
		for _, cancelled := range []bool{false, true} {
			want := want
			if cancelled && (find == "" || find == "焊工" || find == "_" || find == "青河县职业") {
				want += "c"
			}
			s.update(t, func(in app.Store) error {
				all, err := in.Courses(app.CourseQuery{AfterDay: start.AddDays(-1), Find: find, Cancelled: cancelled, Limit: 9})
				got := ""
				for _, c := range all {
					if got += c.ID; c.ID == "c" && (!c.Cancelled || c.Reason != "too_few_enrolled" || c.Venue == "" || c.Contact == "" || c.EndsOn != start.AddDays(9)) {
						t.Errorf("%+v", c)
					}
				}
				if got != want {
					t.Errorf("%q, %v: %q, want %q", find, cancelled, got, want)
				}
				return err
			})
		}
	}
}

func unknown(t *testing.T, s suite) {
	s.update(t, func(in app.Store) error {
		if _, err := in.Course("none"); !errors.Is(err, domain.ErrCourseUnknown) {
			t.Error(err)
		}
		if _, _, err := in.Place("none"); !errors.Is(err, domain.ErrEnrolmentUnknown) {
			t.Error(err)
		}
		if _, found, err := in.FirstWaiting("none", 0); err != nil || found {
			t.Errorf("%v, %v", found, err)
		}
		if _, found, err := in.DueOfHire("none"); err != nil || found {
			t.Errorf("%v, %v", found, err)
		}
		return nil
	})
}

func stale(t *testing.T, s suite) {
	ctx := context.Background()
	s.add(t, course("course-1", 1))
	e := s.enrol(t, "course-1", "enrolment-1", "worker-1")
	d, events := domain.OpenDue("due-1", "hire-1", "worker-1", "654301", "6-29")
	s.update(t, func(in app.Store) error { return in.SaveDue(ctx, d, events...) })
	old := course("course-1", 1)
	old.Version = 1 // it is 2
	e.State, e.Version = domain.Dropped, 0
	d.Version = 7
	for name, write := range map[string]func(app.Store) error{
		"course":    func(in app.Store) error { return in.SaveCourse(ctx, old) },
		"enrolment": func(in app.Store) error { return in.SaveEnrolment(ctx, e) },
		"due":       func(in app.Store) error { return in.SaveDue(ctx, d) },
	} {
		if err := s.try(write); !errors.Is(err, outbox.ErrStale) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func rollback(t *testing.T, s suite) {
	ctx := context.Background()
	c := course("course-1", 1)
	testkit.RollsBack(t, s.db, func(tx *sqldb.Tx) error {
		if _, _, err := s.In(tx).AddCourse(ctx, c, published(c)); err != nil {
			return err
		}
		return s.In(tx).SaveEnrolment(ctx, domain.Enrolment{ID: "enrolment-1", CourseID: c.ID, Worker: "worker-1", State: domain.Confirmed},
			domain.EnrolmentConfirmed{EnrolmentID: "enrolment-1", CourseID: c.ID})
	}, func(tx *sqldb.Tx) (int, error) {
		courses, err := s.In(tx).Courses(app.CourseQuery{AfterDay: start, Limit: 9})
		if err != nil {
			return 0, err
		}
		lines, err := s.In(tx).EnrolmentsOf("worker-1")
		return len(courses) + len(lines), err
	})
}

func pages(t *testing.T, s suite) {
	added := 0
	add := func(day clock.Date) {
		added++
		c := course(fmt.Sprintf("course-%03d", added), 5)
		c.StartsOn = day
		s.add(t, c)
	}
	for i := range 20 {
		add(start.AddDays(i / 3))
	}
	seen := map[string]int{}
	q := app.CourseQuery{AfterDay: start, Limit: 3}
	for {
		var page []domain.Course
		s.update(t, func(in app.Store) (err error) { page, err = in.Courses(q); return err })
		for _, c := range page {
			seen[c.ID]++
		}
		if len(page) < q.Limit {
			break
		}
		q.AfterDay, q.AfterID = page[len(page)-1].StartsOn, page[len(page)-1].ID
		add(start) // before the mark
	}
	for i := range 20 {
		if id := fmt.Sprintf("course-%03d", i+1); seen[id] != 1 {
			t.Errorf("%s seen %d times", id, seen[id])
		}
	}
}
