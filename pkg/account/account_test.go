package account_test

import (
	"context"
	"errors"
	"testing"

	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
)

var ctx = context.Background()

func TestAClosedAccountStaysClosedInAnyOrder(t *testing.T) {
	testkit.EachDatabase(t, nil, func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		db := open(t)
		asked := 0
		b := account.NewBook(db, func(_ context.Context, worker string) (known, closed bool, err error) {
			asked++
			return worker != "nobody", worker == "gone", nil
		})
		admit := func(worker string) error {
			if err := b.Know(ctx, worker); err != nil {
				return err
			}
			return db.Update(ctx, func(tx *sqldb.Tx) error { return b.Admit(tx, worker) })
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
