package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/education/internal/app"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// contenders is how many want the same thing at once.
const contenders = 64

// contention runs the use cases that rest on a limit from many sides at once.
func contention(t *testing.T, fresh opener) {
	rules, err := rule.Load()
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := clock.LoadCalendar()
	if err != nil {
		t.Fatal(err)
	}
	tables, err := ident.LoadTables()
	if err != nil {
		t.Fatal(err)
	}
	cases := &app.App{Clock: clock.NewManual(now), Rules: rules, Calendar: calendar, Tables: tables, NewID: ident.NewID}
	officer := auth.NewContext(ctx, auth.Principal{Kind: auth.Officer, Subject: "officer-1", Department: "edu", Division: auth.Everywhere})
	guardian := auth.NewContext(ctx, auth.Principal{Kind: auth.Worker, Subject: "worker-1"})

	roundsAtOnce(t, fresh, cases)
	for _, places := range []int{1, 5} {
		t.Run(fmt.Sprintf("%d for the last %d places", contenders, places), func(t *testing.T) {
			db, s := fresh(t)
			v := school(ident.NewID(), places)
			add(t, db, s, v)
			all := make([]domain.Application, contenders)
			for i := range all {
				all[i] = submitted(ident.NewID())
				save(t, db, s, all[i], domain.Offer{})
			}
			var given atomic.Int64
			atOnce(func(i int) {
				err := patiently(db, func(tx *sqldb.Tx) error {
					_, err := cases.OfferPlace(officer, s.In(tx), all[i].ID, v.ID)
					return err
				})
				switch {
				case err == nil:
					given.Add(1)
				case !errors.Is(err, domain.ErrSchoolFull):
					t.Error(err)
				}
			})
			view(t, db, func(tx *sqldb.Tx) error {
				taken, err := s.In(tx).Taken(v.ID)
				if taken != places || given.Load() != int64(places) {
					t.Errorf("%d taken, %d given, of %d", taken, given.Load(), places)
				}
				return err
			})
		})
	}
	t.Run("one offer, answered many times", func(t *testing.T) {
		db, s := fresh(t)
		v, a := school(ident.NewID(), 1), submitted(ident.NewID())
		add(t, db, s, v)
		save(t, db, s, a, domain.Offer{})
		var o domain.Offer
		update(t, db, func(tx *sqldb.Tx) (err error) {
			o, err = cases.OfferPlace(officer, s.In(tx), a.ID, v.ID)
			return err
		})
		var accepted, declined atomic.Int64
		atOnce(func(i int) {
			var err error
			if i%2 == 0 {
				err = patiently(db, func(tx *sqldb.Tx) error { return cases.AcceptPlace(guardian, s.In(tx), o.ID) })
			} else {
				err = patiently(db, func(tx *sqldb.Tx) error { return cases.DeclinePlace(guardian, s.In(tx), o.ID) })
			}
			switch {
			case err == nil && i%2 == 0:
				accepted.Add(1)
			case err == nil:
				declined.Add(1)
			case !errors.Is(err, domain.ErrOfferState) && !errors.Is(err, domain.ErrOfferAccepted):
				t.Error(err)
			}
		})
		if accepted.Load()+declined.Load() != 1 {
			t.Errorf("accepted %d times, declined %d times", accepted.Load(), declined.Load())
		}
		view(t, db, func(tx *sqldb.Tx) error {
			got, err := s.In(tx).PeekApplication(a.ID)
			if want := map[int64]domain.ApplicationState{1: domain.Accepted, 0: domain.Submitted}[accepted.Load()]; got.State != want {
				t.Errorf("the application is %s, want %s", got.State, want)
			}
			return err
		})
	})
	t.Run("updaters of one application lose nothing", func(t *testing.T) {
		db, s := fresh(t)
		a := submitted(ident.NewID())
		save(t, db, s, a, domain.Offer{})
		atOnce(func(int) {
			update(t, db, func(tx *sqldb.Tx) error {
				return cases.EvidenceChanged(ctx, s.In(tx), a.ID, "job", "recorded")
			})
		})
		view(t, db, func(tx *sqldb.Tx) error {
			got, err := s.In(tx).PeekApplication(a.ID)
			if got.Version != 1+contenders {
				t.Errorf("version %d", got.Version)
			}
			return err
		})
	})
	t.Run("one school, added many times", func(t *testing.T) {
		db, s := fresh(t)
		var added atomic.Int64
		atOnce(func(i int) {
			update(t, db, func(tx *sqldb.Tx) error {
				_, isNew, err := s.In(tx).AddSchool(ctx, school(fmt.Sprint("school-", i), 3), domain.SchoolOpened{})
				if isNew {
					added.Add(1)
				}
				return err
			})
		})
		if added.Load() != 1 {
			t.Errorf("added %d times", added.Load())
		}
	})
}

func atOnce(f func(i int)) {
	var wg sync.WaitGroup
	for i := range contenders {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

// patiently repeats what somebody else's change at the same time prevented.
func patiently(db *sqldb.DB, f func(*sqldb.Tx) error) error {
	limit, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		if err := db.Update(limit, f); !errors.Is(err, outbox.ErrStale) {
			return err
		}
	}
}
