package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/training/internal/app"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
	"github.com/qiao-platform/qiao/services/training/internal/store"
)

// OldOffer writes, into the tables of the first version, two courses of one place
// that was offered to who waits; one of them has begun.
func OldOffer(t testing.TB, db *sqldb.DB) {
	t.Helper()
	if err := db.Update(context.Background(), func(tx *sqldb.Tx) error {
		for _, s := range []string{
			`INSERT INTO course VALUES ('course-1', 'p', 'r', 't', '6-29', '', 80, 1, '2026-12-04', 'general', '', 0, '654301', 1, 0, 1, 1)`,
			`INSERT INTO enrolment VALUES ('enrolment-1', 'course-1', 'worker-1', '654301', 'offered', 1, 1)`,
			`INSERT INTO course VALUES ('course-2', 'p', 'r2', 't', '6-29', '', 80, 1, '2026-11-01', 'general', '', 0, '654301', 1, 0, 1, 1)`,
			`INSERT INTO enrolment VALUES ('enrolment-3', 'course-2', 'worker-3', '654301', 'offered', 1, 1)`,
			`INSERT INTO enrolment VALUES ('enrolment-2', 'course-1', 'worker-2', '654301', 'dropped', 0, 1)`,
		} {
			if _, err := tx.Exec(s); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// OfferedAnew runs the tasks that the second version leaves, and looks for the new
// offer: the same place, of the same worker, who is told of it. A course that has
// begun is offered to nobody any more.
func OfferedAnew(t testing.TB, db *sqldb.DB) {
	t.Helper()
	scope := testkit.Telemetry(t).For("training")
	queue := task.New(db, clock.System(), scope)
	s := suite{db, store.New(testkit.Outbox(t, "training", db), queue)}
	a := department(t)
	place := func(id string) (c domain.Course, e domain.Enrolment) {
		s.update(t, func(in app.Store) (err error) { c, e, err = in.Place(id); return err })
		return c, e
	}
	was, old := place("enrolment-1")
	if _, e, _, err := was.Accept(old, true, a.Clock.Now()); err != nil || e.State != domain.Confirmed {
		t.Errorf("the old offer: %+v, %v", e, err)
	}
	ctx, stop := context.WithCancel(context.Background())
	queue.Handle(app.TaskOfferAgain, func(ctx context.Context, id []byte) error {
		for range 2 { // a task may run twice
			if err := s.try(func(in app.Store) error { return a.OfferAgain(ctx, in, string(id)) }); err != nil {
				return err
			}
		}
		return nil
	})
	done := make(chan error, 1)
	go func() { done <- queue.Run(ctx) }()
	testkit.Eventually(t, "both tasks are done", func() bool {
		_, one := place("enrolment-1")
		_, two := place("enrolment-3")
		return one.OfferID != "enrolment-1" && two.State != domain.Offered
	})
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	c, e := place("enrolment-1")
	if e.State != domain.Offered || ident.ParseUUID(e.OfferID) != nil || e.Offer.State != answer.Open || e.Offer.AnswerDays != 3 || e.Number != 1 || c.Taken != 1 || c.Waiting != 0 || c.Version != was.Version {
		t.Errorf("%+v %+v", c, e)
	}
	if c, e := place("enrolment-3"); e.State != domain.Waiting || c.Taken != 0 { // its course began
		t.Errorf("%+v %+v", c, e)
	}
	events := testkit.Events(t, db)
	slices.Sort(events)
	if !slices.Equal(events, []string{"training.place.lapsed.v1", "training.place.offered.v1"}) {
		t.Errorf("%v", events)
	}
	if e, started := c.Delivered(e, time.Now()); !started || e.Offer.AnswerBy.IsZero() {
		t.Error("its time to answer does not begin")
	}
}
