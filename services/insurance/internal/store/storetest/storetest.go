// Package storetest is the conformance suite that both databases pass.
package storetest

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
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
	t.Run("lists are cut as single ones are, page by page", func(t *testing.T) {
		db, s := fresh(t)
		lists(t, db, s)
	})
	t.Run("a month is taken back, a cover corrected, ended and resumed", func(t *testing.T) {
		db, s := fresh(t)
		d, events := domain.OpenDuty("duty-1", "hire-1", "worker-1", "employer-1", "654301", due.AddMonths(-1), due)
		d, c, more, err := d.Fulfil("cover-1", []string{"pension"}, "2026-09", due)
		if err != nil {
			t.Fatal(err)
		}
		update(t, db, func(tx *sqldb.Tx) error {
			in := s.In(tx)
			if err := in.SaveDuty(ctx, d, events...); err != nil {
				return err
			}
			for _, m := range []domain.Month{"2026-11", "2026-10"} {
				if err := errors.Join(in.SaveCover(ctx, c, more...), in.CreditMonth(c.ID, m)); err != nil {
					return err
				}
				c.Version, more = c.Version+1, nil
			}
			return nil
		})
		uses := &app.App{Clock: clock.NewManual(due.Start()), NewID: ident.NewID}
		as := auth.NewContext(ctx, auth.Principal{Kind: auth.Officer, Subject: "o", Department: "hrss", Division: "654301"})
		for _, want := range []struct {
			name string
			err  error
			do   func(app.Store) error
		}{
			{"end before a credited month", domain.ErrCredited, func(in app.Store) error { return uses.EndEnrolment(as, in, c.ID, "2026-10", "mistaken_entry") }},
			{"begin after one", domain.ErrCredited, func(in app.Store) error {
				return uses.CorrectEnrolment(as, in, c.ID, domain.Schemes(), "2026-11", "wrong_first_month")
			}},
			{"take back a month that is not credited", domain.ErrNotCredited, func(in app.Store) error {
				_, err := uses.TakeBackMonth(as, in, c.ID, "2026-09", "wrong_month")
				return err
			}},
			{"take back one", nil, func(in app.Store) error {
				_, err := uses.TakeBackMonth(as, in, c.ID, "2026-11", "wrong_month")
				return err
			}},
			{"correct", nil, func(in app.Store) error {
				return uses.CorrectEnrolment(as, in, c.ID, domain.Schemes(), "2026-10", "wrong_schemes")
			}},
			{"end", nil, func(in app.Store) error { return uses.EndEnrolment(as, in, c.ID, "2026-10", "mistaken_entry") }},
			{"resume", nil, func(in app.Store) error { return uses.ResumeEnrolment(as, in, c.ID, "still_works") }},
			{"resume what goes on", domain.ErrResume, func(in app.Store) error { return uses.ResumeEnrolment(as, in, c.ID, "still_works") }},
		} {
			if err := db.Update(ctx, func(tx *sqldb.Tx) error { return want.do(s.In(tx)) }); !errors.Is(err, want.err) {
				t.Errorf("%s: %v", want.name, err)
			}
		}
		update(t, db, func(tx *sqldb.Tx) error {
			e, err := s.In(tx).Enrolment(c.ID)
			months, err2 := s.In(tx).Credited(c.ID)
			if err != nil || e.From != "2026-10" || !slices.Equal(e.Schemes, domain.Schemes()) || !e.Active || e.Last != "" || e.EmployerID != "employer-1" || !slices.Equal(months, []domain.Month{"2026-10"}) {
				t.Errorf("%+v, %v, %v", e, months, errors.Join(err, err2))
			}
			return nil
		})
		if got := testkit.Events(t, db); !slices.Equal(got[len(got)-4:], []string{"insurance.month.taken_back.v1", "insurance.cover.corrected.v1", "insurance.cover.ended.v1", "insurance.cover.resumed.v1"}) {
			t.Errorf("events %v", got)
		}
	})
	t.Run("what stands of a worker is apart from what is over", func(t *testing.T) {
		db, s := fresh(t)
		update(t, db, func(tx *sqldb.Tx) error {
			for i, state := range domain.DutyStates() {
				n := string(rune('a' + i))
				d, events := domain.OpenDuty("duty-"+n, "hire-"+n, "worker-1", "employer-1", "654301", due.AddMonths(-1), due)
				d.State = state
				if err := s.In(tx).SaveDuty(ctx, d, events...); err != nil {
					return err
				}
			}
			for i, c := range []domain.Cover{{Active: true}, {Last: "2026-11"}, {Last: "2026-11", HireOver: true}} {
				n := string(rune('a' + i))
				c.ID, c.DutyID, c.HireID, c.Worker, c.Division, c.Schemes, c.From = "cover-"+n, "duty-"+n, "hire-"+n, "worker-1", "654301", domain.Schemes(), "2026-10"
				if err := s.In(tx).SaveCover(ctx, c); err != nil {
					return err
				}
			}
			return nil
		})
		update(t, db, func(tx *sqldb.Tx) error {
			for worker, want := range map[string][]string{"worker-1": {"open", "frozen", "overdue", "cover-a", "cover-b"}, "worker-2": nil} {
				var got []string
				duties, err := s.In(tx).StandingDuties(worker)
				if err != nil {
					return err
				}
				for _, d := range duties {
					got = append(got, string(d.State))
				}
				covers, err := s.In(tx).StandingCovers(worker)
				if err != nil {
					return err
				}
				for _, c := range covers {
					got = append(got, c.ID)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s: %q, want %q", worker, got, want)
				}
			}
			return nil
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

// lists checks that what an officer lists is what he may open one by one, in the order
// of the last days, page by page, whatever his divisions and the filter.
func lists(t *testing.T, db *sqldb.DB, s *store.Store) {
	t.Helper()
	ctx, today := context.Background(), clock.NewDate(2026, 11, 30)
	uses := &app.App{Clock: clock.NewManual(today.Start()), NewID: ident.NewID}
	var all []domain.Duty
	var covers []domain.Cover
	update(t, db, func(tx *sqldb.Tx) error {
		for i, division := range []string{"654301", "654321", "654322", "650102", "654301", "654321", "654301", "654322"} {
			n := string(rune('a' + i))
			d, events := domain.OpenDuty("duty-"+n, "hire-"+n, "worker-"+n, "employer-"+string(rune('a'+i%3)), division, today.AddDays(-40+i%4), today.AddDays(-3+i%4))
			switch i % 4 {
			case 1:
				d, _ = d.Check(today)
			case 2:
				var c domain.Cover
				var err error
				if d, c, _, err = d.Fulfil("cover-"+n, domain.Schemes(), "2026-10", today); err != nil {
					return err
				}
				if err := s.In(tx).SaveDuty(ctx, d, events...); err != nil {
					return err
				}
				if i == 6 {
					c, _ = c.Stop(today)
				}
				if err := s.In(tx).SaveCover(ctx, c); err != nil {
					return err
				}
				covers = append(covers, c)
				all = append(all, d)
				continue
			}
			if err := s.In(tx).SaveDuty(ctx, d, events...); err != nil {
				return err
			}
			all = append(all, d)
		}
		return nil
	})
	slices.SortFunc(all, func(a, b domain.Duty) int { return cmp.Or(a.DueOn.Compare(b.DueOn), strings.Compare(a.ID, b.ID)) })
	slices.SortFunc(covers, func(a, b domain.Cover) int { return strings.Compare(b.ID, a.ID) })
	employer := map[string]string{}
	for _, d := range all {
		employer[d.ID] = d.EmployerID
	}
	for _, division := range []string{"654301", "654300", "654321", "650100", auth.Everywhere} {
		p := auth.Principal{Kind: auth.Officer, Subject: "o", Department: "hrss", Division: division}
		as := auth.NewContext(ctx, p)
		for _, county := range []string{"", "654301", "654322"} {
			for _, state := range []string{"", app.Owed, "open", "overdue", "fulfilled"} {
				for _, boss := range []string{"", "employer-a"} {
					var want, got []string
					sums := map[string]int{}
					for _, d := range all {
						if p.CoversDivision(d.Division) != nil || county != "" && d.Division != county {
							continue
						}
						if d.Owed() {
							sums[d.EmployerID]++
						}
						if (boss == "" || boss == d.EmployerID) && (state == "" || state == string(d.State) || state == app.Owed && d.Owed()) {
							want = append(want, d.ID)
						}
					}
					update(t, db, func(tx *sqldb.Tx) error {
						got = nil
						for after, first := "", true; first || after != ""; first = false {
							page, next, err := uses.ListDuties(as, s.In(tx), app.DutyQuery{County: county, State: state, EmployerID: boss, Limit: 2}, after)
							if err != nil || len(page) > 2 {
								t.Fatalf("%d duties, %v", len(page), err)
							}
							for _, d := range page {
								got = append(got, d.ID)
							}
							after = next
						}
						last, owed := clock.Date{}, map[string]int{}
						for after, first := "", true; first || after != ""; first = false {
							page, next, err := uses.ListDebtors(as, s.In(tx), app.DutyQuery{County: county, Limit: 1}, after)
							if err != nil {
								return err
							}
							for _, d := range page {
								if d.DueOn.Before(last) {
									t.Errorf("%s is owed before %s", d.DueOn, last)
								}
								owed[d.EmployerID], last = d.Owed, d.DueOn
							}
							after = next
						}
						if !maps.Equal(owed, sums) {
							t.Errorf("%s, %q: owed %v, want %v", division, county, owed, sums)
						}
						return nil
					})
					if !slices.Equal(got, want) {
						t.Errorf("%s, %q, %q, %q: %v, want %v", division, county, state, boss, got, want)
					}
				}
			}
			for _, state := range []string{"", "active", "stopped"} {
				var want, got []string
				for _, c := range covers {
					if p.CoversDivision(c.Division) == nil && (county == "" || c.Division == county) && (state == "" || (state == "active") == c.Active) {
						want = append(want, c.ID+" "+employer[c.DutyID])
					}
				}
				update(t, db, func(tx *sqldb.Tx) error {
					got = nil
					for after, first := "", true; first || after != ""; first = false {
						page, next, err := uses.ListEnrolments(as, s.In(tx), app.EnrolmentQuery{County: county, State: state, Before: after, Limit: 1})
						if err != nil {
							return err
						}
						for _, e := range page {
							got = append(got, e.ID+" "+e.EmployerID)
						}
						after = next
					}
					return nil
				})
				if !slices.Equal(got, want) {
					t.Errorf("%s, %q, %q: %v, want %v", division, county, state, got, want)
				}
			}
		}
	}
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
