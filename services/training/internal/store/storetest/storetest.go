// Package storetest is the conformance suite that both databases pass.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
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
