package task_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
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
