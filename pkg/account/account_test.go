package account_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
)

var ctx = context.Background()

func TestAClosedAccountStaysClosedInAnyOrder(t *testing.T) {
	testkit.EachDatabase(t, nil, func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		db := open(t)
		asked := 0
		b := account.NewBook(db, func(_ context.Context, workers []string) (map[string]account.Standing, error) {
			asked++
			all := map[string]account.Standing{}
			for _, w := range workers {
				if w != "nobody" {
					all[w] = account.Standing{Known: true, Closed: w == "gone"}
				}
			}
			return all, nil
		})
		admit := func(worker string) error {
			if err := b.Know(ctx, worker); err != nil {
				return err
			}
			return db.Update(ctx, func(tx *sqldb.Tx) error { return b.Admit(tx, worker, true) })
		}
		closing := func(worker string) {
			t.Helper()
			if err := db.Update(ctx, func(tx *sqldb.Tx) error { return account.Close(tx, worker) }); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			if err := admit("w"); err != nil {
				t.Fatal(err)
			}
		}
		if asked != 1 {
			t.Errorf("asked %d times about one worker", asked)
		}
		if err := admit("nobody"); !errors.Is(err, account.ErrUnknown) {
			t.Errorf("nobody: %v", err)
		}
		if err := admit("gone"); !errors.Is(err, account.ErrClosed) {
			t.Errorf("closed elsewhere: %v", err)
		}
		closing("w")
		closing("never seen")
		for _, w := range []string{"w", "never seen"} {
			if err := admit(w); !errors.Is(err, account.ErrClosed) {
				t.Errorf("%s after the end: %v", w, err)
			}
			err := db.Update(ctx, func(tx *sqldb.Tx) error {
				closed, err := account.Closed(tx, w)
				if err == nil && !closed {
					t.Errorf("%s has no tombstone", w)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// Who asks while a question is under way is asked about with the others; each
// gets the own answer, and one who is no reference spoils nobody else's.
func TestManyAreAskedAboutTogether(t *testing.T) {
	testkit.EachDatabase(t, nil, func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		var calls, together atomic.Int64
		begun, others := make(chan struct{}), make(chan struct{})
		bad := errs.New(errs.Invalid, "test.form", "A field does not have its form.")
		b := account.NewBook(open(t), func(ctx context.Context, workers []string) (map[string]account.Standing, error) {
			if calls.Add(1) == 1 {
				close(begun)
				<-others
			}
			together.Store(max(together.Load(), int64(len(workers))))
			all := map[string]account.Standing{}
			for _, w := range workers {
				switch w[:4] {
				case "form":
					return nil, bad
				case "fall":
					return nil, sqldb.ErrUnavailable
				case "gone":
					all[w] = account.Standing{Known: true, Closed: true}
				case "open":
					all[w] = account.Standing{Known: true}
				}
			}
			return all, ctx.Err()
		})
		first, cancel := context.WithCancel(ctx)
		answer := make(chan error)
		go func() { answer <- b.Know(first, "open first") }()
		<-begun
		cancel()
		if err := <-answer; !errors.Is(err, sqldb.ErrDeadline) {
			t.Errorf("who does not wait any more: %v", err)
		}
		var g errgroup.Group
		var waiting sync.WaitGroup
		for i := range 120 {
			for kind, want := range map[string]error{"open": nil, "gone": account.ErrClosed, "nobody": account.ErrUnknown} {
				waiting.Add(1)
				g.Go(func() error {
					waiting.Done()
					if err := b.Know(ctx, fmt.Sprint(kind, i)); !errors.Is(err, want) {
						return fmt.Errorf("%s: %w", kind, err)
					}
					return nil
				})
			}
		}
		g.Go(func() error {
			if err := b.Know(ctx, "form"); !errors.Is(err, bad) {
				return fmt.Errorf("no reference: %w", err)
			}
			return nil
		})
		waiting.Wait()
		close(others)
		if err := g.Wait(); err != nil {
			t.Error(err)
		}
		if together.Load() < 2 || together.Load() > 64 {
			t.Errorf("at most %d were asked about in one call", together.Load())
		}
		if err := b.Know(ctx, "open first"); err != nil {
			t.Errorf("the first: %v", err)
		}
		if err := b.Know(ctx, "fall"); !errors.Is(err, sqldb.ErrUnavailable) {
			t.Errorf("nobody answers: %v", err)
		}
	})
}

// TestWhoIsKnownNeedsNoAnswer: while the registry is away, a worker whom the
// table has is admitted, also when a stranger is asked about beside him.
func TestWhoIsKnownNeedsNoAnswer(t *testing.T) {
	testkit.EachDatabase(t, nil, func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		db := open(t)
		away, begun, both := false, make(chan struct{}, 1), make(chan struct{})
		ask := func(_ context.Context, workers []string) (map[string]account.Standing, error) {
			if away {
				begun <- struct{}{}
				<-both
				return nil, sqldb.ErrUnavailable
			}
			return map[string]account.Standing{workers[0]: {Known: true}}, nil
		}
		b := account.NewBook(db, ask)
		if err := b.Know(ctx, "known"); err != nil {
			t.Fatal(err)
		}
		if err := db.Update(ctx, func(tx *sqldb.Tx) error { return b.Admit(tx, "known", true) }); err != nil {
			t.Fatal(err)
		}
		b, away = account.NewBook(db, ask), true // a new process
		first, second, known := make(chan error, 1), make(chan error, 1), make(chan error, 1)
		go func() { first <- b.Know(ctx, "first stranger") }()
		<-begun // the next two are asked about together
		go func() { second <- b.Know(ctx, "second stranger") }()
		go func() { known <- b.Know(ctx, "known") }()
		testkit.Eventually(t, "both wait", func() bool { return b.Waiting() == 2 })
		close(both)
		if err := <-known; err != nil {
			t.Errorf("who is known: %v", err)
		}
		if err := <-second; !errors.Is(err, sqldb.ErrUnavailable) {
			t.Errorf("a stranger: %v", err)
		}
		if err := <-first; !errors.Is(err, sqldb.ErrUnavailable) {
			t.Errorf("the first stranger: %v", err)
		}
	})
}
