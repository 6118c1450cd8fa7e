// Package storetest is the conformance suite that both databases pass.
package storetest

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/insurance/internal/app"
	"github.com/qiao-platform/qiao/services/insurance/internal/domain"
	"github.com/qiao-platform/qiao/services/insurance/internal/store"
)

// Run runs the suite; open gives a fresh database each time.
func Run(t *testing.T, open func(testing.TB) *sqldb.DB) {
	ctx := context.Background()
	fresh := func(t *testing.T) (*sqldb.DB, *store.Store) {
		db := open(t)
		return db, store.New(testkit.Outbox(t, "insurance", db), task.New(db, clock.System(), testkit.Telemetry(t).For("insurance")))
	}
	due := clock.NewDate(2026, 12, 2)

	t.Run("a duty survives the round trip", func(t *testing.T) {
		db, s := fresh(t)
		d, events := domain.OpenDuty("duty-Az.9_b", "Hire-1", "worker-1", "employer-1", "654301", due.AddMonths(-1), due)
		update(t, db, func(tx *sqldb.Tx) error { return s.In(tx).SaveDuty(ctx, d, events...) })
		d.Version = 1
		d, events = d.Request(domain.InjuryAlone())
		d.DueOn = due.AddDays(9)
		update(t, db, func(tx *sqldb.Tx) error { return s.In(tx).SaveDuty(ctx, d, events...) })
		d.Version = 2
		update(t, db, func(tx *sqldb.Tx) error {
			got, err := s.In(tx).Duty(d.ID)
			if err != nil || !reflect.DeepEqual(got, d) {
				t.Errorf("got %+v, %v; want %+v", got, err, d)
			}
			if _, found, err := s.In(tx).DutyOfHire("hire-1"); err != nil || found { // ids are case-sensitive
				t.Errorf("found %v, %v", found, err)
			}
			return nil
		})
		if got := testkit.Events(t, db); !slices.Equal(got, []string{"insurance.duty.opened.v1", "insurance.enrolment.requested.v1"}) {
			t.Errorf("events %v", got)
		}
	})
	t.Run("a cover survives the round trip", func(t *testing.T) {
		db, s := fresh(t)
		d, events := domain.OpenDuty("duty-1", "hire-1", "worker-1", "employer-1", "654301", due.AddMonths(-1), due)
		fulfilled, c, more, err := d.Fulfil("cover-1", []string{"pension", "medical"}, "2026-11", due)
		if err != nil {
			t.Fatal(err)
		}
		update(t, db, func(tx *sqldb.Tx) error {
			if err := s.In(tx).SaveDuty(ctx, fulfilled, events...); err != nil {
				return err
			}
			return s.In(tx).SaveCover(ctx, c, more...)
		})
		c.Version = 1
		update(t, db, func(tx *sqldb.Tx) error {
			got, found, err := s.In(tx).CoverOfHire("hire-1")
			if err != nil || !found || !reflect.DeepEqual(got, c) {
				t.Errorf("got %+v, %v, %v; want %+v", got, found, err, c)
			}
			return s.In(tx).CreditMonth("cover-1", "2026-11")
		})
		err = db.Update(ctx, func(tx *sqldb.Tx) error { return s.In(tx).CreditMonth("cover-1", "2026-11") })
		if !errors.Is(err, domain.ErrMonthTwice) {
			t.Errorf("the same month again: %v", err)
		}
	})
	t.Run("what is not there", func(t *testing.T) {
		db, s := fresh(t)
		if err := db.Update(ctx, func(tx *sqldb.Tx) error { _, err := s.In(tx).Duty("none"); return err }); !errors.Is(err, domain.ErrDutyUnknown) {
			t.Error(err)
		}
		if err := db.Update(ctx, func(tx *sqldb.Tx) error { _, err := s.In(tx).Cover("none"); return err }); !errors.Is(err, domain.ErrCoverUnknown) {
			t.Error(err)
		}
	})
	t.Run("a stale version is refused", func(t *testing.T) {
		db, s := fresh(t)
		d, events := domain.OpenDuty("duty-1", "hire-1", "worker-1", "employer-1", "654301", due.AddMonths(-1), due)
		update(t, db, func(tx *sqldb.Tx) error { return s.In(tx).SaveDuty(ctx, d, events...) })
		d.Version = 0 // it is 1
		frozen, more := d.Freeze()
		if err := db.Update(ctx, func(tx *sqldb.Tx) error { return s.In(tx).SaveDuty(ctx, frozen, more...) }); !errors.Is(err, outbox.ErrStale) {
			t.Error(err)
		}
	})
	t.Run("a rollback leaves neither row nor event", func(t *testing.T) {
		db, s := fresh(t)
		d, events := domain.OpenDuty("duty-1", "hire-1", "worker-1", "employer-1", "654301", due.AddMonths(-1), due)
		testkit.RollsBack(t, db, func(tx *sqldb.Tx) error { return s.In(tx).SaveDuty(ctx, d, events...) },
			func(tx *sqldb.Tx) (int, error) { all, err := s.In(tx).DutiesOf("worker-1"); return len(all), err })
	})
	t.Run("a hire ends while the worker is enrolled", func(t *testing.T) {
		db, s := fresh(t)
		d, events := domain.OpenDuty("duty-1", "hire-1", "worker-1", "employer-1", "654301", due.AddMonths(-1), due)
		update(t, db, func(tx *sqldb.Tx) error { return s.In(tx).SaveDuty(ctx, d, events...) })
		uses := &app.App{Clock: clock.NewManual(due.Start()), NewID: ident.NewID}
		boss := auth.NewContext(ctx, auth.Principal{Kind: auth.Employer, Subject: "employer-1"})
		asks := make(chan struct{}, 1)
		var ended sync.WaitGroup
		update(t, db, func(tx *sqldb.Tx) error {
			_, err := uses.Enrol(boss, s.In(tx), "duty-1", domain.Schemes(), "2026-11")
			ended.Go(func() {
				update(t, db, func(tx *sqldb.Tx) error { return uses.EndHire(ctx, asking{s.In(tx), asks}, "hire-1", due) })
			})
			if tx.Dialect() == sqldb.Postgres { // SQLite has one writer: there it begins when this has ended
				<-asks
			}
			return err
		})
		ended.Wait()
		update(t, db, func(tx *sqldb.Tx) error {
			c, found, err := s.In(tx).CoverOfHire("hire-1")
			if !found || c.Active {
				t.Errorf("%+v, %v", c, found)
			}
			return err
		})
	})
	t.Run("concurrent credits lose nothing", func(t *testing.T) {
		db, s := fresh(t)
		d, events := domain.OpenDuty("duty-1", "hire-1", "worker-1", "employer-1", "654301", due.AddMonths(-1), due)
		d, c, more, err := d.Fulfil("cover-1", []string{"pension"}, "2020-01", due)
		if err != nil {
			t.Fatal(err)
		}
		update(t, db, func(tx *sqldb.Tx) error {
			if err := s.In(tx).SaveDuty(ctx, d, events...); err != nil {
				return err
			}
			return s.In(tx).SaveCover(ctx, c, more...)
		})
		var wg sync.WaitGroup
		for i := range 24 {
			month := domain.MonthOf(clock.NewDate(2020, 1, 1).AddMonths(i))
			wg.Go(func() {
				update(t, db, func(tx *sqldb.Tx) error {
					c, err := s.In(tx).Cover("cover-1")
					if err != nil {
						return err
					}
					if err := s.In(tx).CreditMonth(c.ID, month); err != nil {
						return err
					}
					c, events, err := c.Credit(month, due)
					if err != nil {
						return err
					}
					return s.In(tx).SaveCover(ctx, c, events...)
				})
			})
		}
		wg.Wait()
		update(t, db, func(tx *sqldb.Tx) error {
			c, err := s.In(tx).Cover("cover-1")
			if err == nil && (c.Months != 24 || c.Version != 25) {
				t.Errorf("%d months, version %d", c.Months, c.Version)
			}
			return err
		})
	})
}

// asking tells when a use case asks for the duty of a hire.
type asking struct {
	app.Store
	asks chan struct{}
}

func (s asking) DutyOfHire(hireID string) (domain.Duty, bool, error) {
	select {
	case s.asks <- struct{}{}:
	default: // the transaction runs again
	}
	return s.Store.DutyOfHire(hireID)
}

func update(t testing.TB, db *sqldb.DB, f func(*sqldb.Tx) error) {
	t.Helper()
	if err := db.Update(context.Background(), f); err != nil {
		t.Error(err)
	}
}
