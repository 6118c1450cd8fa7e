package account_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
)

// A record of a death and its reversal come to the same in either order, twice over,
// and one case's reversal leaves another case's record.
func TestADeathAndItsReversalCommute(t *testing.T) {
	at := time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC)
	testkit.EachDatabase(t, nil, func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		db := open(t)
		book := account.NewBook(db, nil)
		for i, c := range []struct {
			acts string // r and R: recorded and reversed by the case c-1; s and S: by c-2
			dead bool
		}{{"", false}, {"r", true}, {"rr", true}, {"rR", false}, {"Rr", false}, {"rRr", false}, {"RrR", false}, {"rRs", true}, {"rsR", true}, {"rsSR", false}, {"Ss", false}} {
			worker := fmt.Sprint("w-", i)
			err := db.Update(ctx, func(tx *sqldb.Tx) error {
				for _, a := range c.acts {
					do, id := account.RecordDeath, worker+"c-1"
					if a == 'R' || a == 'S' {
						do = func(tx *sqldb.Tx, id, worker string, now time.Time) error {
							since, err := account.ReverseDeath(tx, id, worker, now.Add(time.Hour))
							if !since.Equal(at) && !since.Equal(at.Add(time.Hour)) { // the latter where nothing stood before
								t.Errorf("%q stood since %v", c.acts, since)
							}
							return err
						}
					}
					if a == 's' || a == 'S' {
						id = worker + "c-2"
					}
					if err := do(tx, id, worker, at); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, named := range []bool{true, false, true} {
				err := db.Update(ctx, func(tx *sqldb.Tx) error { return book.Admit(tx, worker, named) })
				if got := errors.Is(err, account.ErrDeceased); got != (c.dead && named) || err != nil && !got {
					t.Errorf("%q, in the own name: %v: %v", c.acts, named, err)
				}
			}
			err = db.View(ctx, func(tx *sqldb.Tx) error {
				since, err := account.DiedSince(tx, worker)
				if since.IsZero() == c.dead || c.dead && !since.Equal(at) {
					t.Errorf("%q is recorded since %v", c.acts, since)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
			err = db.Update(ctx, func(tx *sqldb.Tx) error { return account.Living(tx, worker) })
			if errors.Is(err, account.ErrDeceased) != c.dead {
				t.Errorf("%q: %v", c.acts, err)
			}
		}
	})
}
