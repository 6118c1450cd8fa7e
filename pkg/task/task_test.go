package task_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/pkg/testkit"
)

func TestTasks(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	db, err := sqldb.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(ctx, nil); err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))
	q := task.New(db, c, testkit.Telemetry(t).For("test"))
	var good, flaky, later, panics atomic.Int64
	q.Handle("good", func(context.Context, []byte) error { good.Add(1); return nil })
	q.Handle("later", func(context.Context, []byte) error { later.Add(1); return nil })
	q.Handle("flaky", func(context.Context, []byte) error {
		if flaky.Add(1) < 3 {
			return errors.New("not yet")
		}
		return nil
	})
	q.Handle("panics", func(context.Context, []byte) error {
		if panics.Add(1) == 1 {
			panic("once")
		}
		return nil
	})
	add := func(kind string, due time.Time) {
		if err := db.Update(ctx, func(tx *sqldb.Tx) error { return q.Add(ctx, tx, kind, []byte("x"), due) }); err != nil {
			t.Fatal(err)
		}
	}
	done := make(chan error, 1)
	go func() { done <- q.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-done, db.Close()); err != nil {
			t.Error(err)
		}
	})

	add("good", time.Time{})
	add("flaky", time.Time{})
	add("panics", time.Time{})
	add("later", c.Now().Add(24*time.Hour))
	testkit.Eventually(t, "what fails is repeated until it works", func() bool {
		c.Advance(time.Second) // the pauses between tries
		return good.Load() == 1 && flaky.Load() == 3 && panics.Load() == 2
	})
	if later.Load() != 0 {
		t.Error("a task ran before its time")
	}
	c.Advance(25 * time.Hour)
	testkit.Eventually(t, "its time has come", func() bool { return later.Load() == 1 })
	testkit.Eventually(t, "nothing is left", func() bool { n, err := q.Pending(ctx); return err == nil && n == 0 })
	if err := db.Update(ctx, func(tx *sqldb.Tx) error {
		if err := q.Add(ctx, tx, "good", nil, time.Time{}); err != nil {
			return err
		}
		return errors.New("rolled back")
	}); err == nil {
		t.Fatal("not rolled back")
	}
	if n, err := q.Pending(ctx); err != nil || n != 0 {
		t.Errorf("a task outlived its transaction: %d, %v", n, err)
	}
}

// rig is a queue on a database, with a clock that the test moves.
type rig struct {
	t     *testing.T
	db    *sqldb.DB
	clock *clock.Manual
	q     *task.Queue
}

// TestPendingReadsNoTaskThrough: most tasks lie years ahead, and nobody reads them to count the others.
func TestPendingReadsNoTaskThrough(t *testing.T) {
	db, err := sqldb.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	testkit.ByIndex(t, db, task.PendingQuery, "task", 1)
}

// onEach runs tests on both databases, each with a database of its own.
func onEach(t *testing.T, tests map[string]func(r *rig)) {
	testkit.EachDatabase(t, nil, func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				r := &rig{t: t, db: open(t), clock: clock.NewManual(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))}
				r.q = task.New(r.db, r.clock, testkit.Telemetry(t).For("test"))
				test(r)
			})
		}
	})
}

func (r *rig) run() {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.q.Run(ctx) }()
	r.t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			r.t.Error(err)
		}
	})
}

func (r *rig) add(kind string, due time.Time) {
	r.t.Helper()
	ctx := context.Background()
	if err := r.db.Update(ctx, func(tx *sqldb.Tx) error { return r.q.Add(ctx, tx, kind, []byte("x"), due) }); err != nil {
		r.t.Fatal(err)
	}
}

// TestTasksEnd drives the ends that a task has, and that a wrong clock is none of them.
func TestTasksEnd(t *testing.T) {
	refused := errs.New(errs.NotFound, "test.unknown", "There is no such consent.")
	away := errs.New(errs.Unavailable, "test.away", "The other service is away.")
	onEach(t, map[string]func(r *rig){
		"hopeless":               func(r *rig) { end(r, task.Hopeless(refused), 0, 0) },
		"refused":                func(r *rig) { end(r, refused, 2*time.Hour, 12*time.Minute) },
		"away":                   func(r *rig) { end(r, away, 7*24*time.Hour, 15*time.Hour) },
		"a clock that ran ahead": aClockThatRanAheadHoldsNoTask,
	})
}

// end: what can never be done is given up at once, what is refused after hours,
// what is only away after days; people see each with its reason, nothing waits
// for them, and they can be begun again.
func end(r *rig, cause error, least, step time.Duration) {
	var tries atomic.Int64
	var mended atomic.Bool
	r.q.Handle("ask", func(context.Context, []byte) error {
		tries.Add(1)
		if mended.Load() {
			return nil
		}
		return cause
	})
	r.q.Handle("nudge", func(context.Context, []byte) error { return nil })
	begun, seen := r.clock.Now(), 0
	r.add("ask", time.Time{})
	r.run()
	var all []task.GivenUp
	testkit.Eventually(r.t, "it is given up", func() bool {
		var err error
		if all, _, err = r.q.GivenUp(context.Background(), 10); err != nil {
			r.t.Fatal(err)
		}
		if n := attempts(r); n > seen { // its pause is over, and the queue looks at once
			seen = n
			r.clock.Advance(step)
			r.add("nudge", time.Time{})
		}
		return len(all) == 1
	})
	if g := all[0]; g.Kind != "ask" || g.Code != errs.CodeOf(cause) || g.Text == "" || int64(g.Attempts) != tries.Load() || g.At.Sub(begun) < least {
		r.t.Errorf("%+v after %d tries", g, tries.Load())
	}
	testkit.Eventually(r.t, "nothing waits: an import settles", func() bool {
		n, err := r.q.Pending(context.Background())
		return err == nil && n == 0
	})
	if _, err := r.q.Retry(context.Background(), "another"); !errors.Is(err, task.ErrNoTask) {
		r.t.Errorf("another task: %v", err)
	}
	mended.Store(true)
	if n, err := r.q.Retry(context.Background(), all[0].ID); err != nil || n != 1 {
		r.t.Fatalf("%d, %v", n, err)
	}
	testkit.Eventually(r.t, "it is done", func() bool {
		n, err := r.q.Pending(context.Background())
		_, total, err2 := r.q.GivenUp(context.Background(), 0)
		return err == nil && err2 == nil && n == 0 && total == 0
	})
}

// aClockThatRanAheadHoldsNoTask is S6 for tasks: a machine whose clock is
// six hours ahead claims, repeats and adds tasks, and dies; with the right
// clock all of them run at once, and one with a time of its own keeps it.
func aClockThatRanAheadHoldsNoTask(r *rig) {
	right := r.clock.Now()
	var done atomic.Int64
	failing := true
	r.q.Handle("claimed", func(context.Context, []byte) error { done.Add(1); return nil })
	r.q.Handle("repeated", func(context.Context, []byte) error {
		if failing {
			return errors.New("away")
		}
		done.Add(1)
		return nil
	})
	r.q.Handle("later", func(context.Context, []byte) error { done.Add(100); return nil })
	r.clock.Set(right.Add(6 * time.Hour))
	r.add("repeated", time.Time{})
	once, stop := context.WithCancel(context.Background())
	finished := make(chan error, 1)
	go func() { finished <- r.q.Run(once) }()
	testkit.Eventually(r.t, "it has failed", func() bool { return attempts(r) > 0 })
	stop()
	if err := <-finished; err != nil {
		r.t.Fatal(err)
	}
	r.add("claimed", time.Time{})
	r.clock.Set(right)
	r.add("later", right.Add(24*time.Hour))
	failing = false
	r.run()
	testkit.Eventually(r.t, "both are done", func() bool {
		n, err := r.q.Pending(context.Background())
		return err == nil && n == 0 && done.Load() == 2
	})
}

func attempts(r *rig) (n int) {
	if err := r.db.View(context.Background(), func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT coalesce(max(attempts), 0) FROM task`).Scan(&n)
	}); err != nil {
		r.t.Fatal(err)
	}
	return n
}

// Other tasks do not wait for a long one, and it is begun once, however far a
// clock jumps meanwhile; where its queue stops, it is begun again.
func TestALongTaskHoldsNothingUp(t *testing.T) {
	ctx := context.Background()
	db, err := sqldb.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(ctx, nil); err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))
	var begun, short atomic.Int64
	let := make(chan struct{})
	run := func() (q *task.Queue, stop func()) {
		q = task.New(db, c, testkit.Telemetry(t).For("test"))
		q.HandleLong("long", func(ctx context.Context, _ []byte) error {
			begun.Add(1)
			select {
			case <-let:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		q.Handle("short", func(context.Context, []byte) error { short.Add(1); return nil })
		until, end := context.WithCancel(ctx)
		done := make(chan error, 1)
		go func() { done <- q.Run(until) }()
		return q, func() {
			end()
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	}
	add := func(q *task.Queue, kind string) {
		t.Helper()
		if err := db.Update(ctx, func(tx *sqldb.Tx) error { return q.Add(ctx, tx, kind, []byte("x"), time.Time{}) }); err != nil {
			t.Fatal(err)
		}
	}
	q, stop := run()
	add(q, "long")
	testkit.Eventually(t, "the long one has begun", func() bool { return begun.Load() == 1 })
	for i := range int64(3) {
		c.Advance(time.Hour) // past every claim
		add(q, "short")
		testkit.Eventually(t, "the short one is done meanwhile", func() bool { return short.Load() == i+1 })
	}
	testkit.Eventually(t, "only the long one is left", func() bool { n, err := q.Pending(ctx); return err == nil && n == 1 })
	if begun.Load() != 1 {
		t.Errorf("begun %d times", begun.Load())
	}
	stop()
	q, stop = run()
	c.Advance(time.Hour)
	testkit.Eventually(t, "it is begun again", func() bool { return begun.Load() == 2 })
	close(let)
	testkit.Eventually(t, "nothing is left", func() bool { n, err := q.Pending(ctx); return err == nil && n == 0 })
	stop()
}
