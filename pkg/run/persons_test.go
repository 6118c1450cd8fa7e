package run_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/death"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// An event that was still on its way when two persons were parted is applied for the
// one to whom its thing was assigned, also from parking. A department has no line for
// any of it.
func TestWhatIsOnItsWayGoesToWhomItWasAssigned(t *testing.T) {
	p := testkit.NewPlatform(t, nil)
	registry, employment := p.Publisher("registry"), p.Publisher("employment")
	var heard sync.Map // by hire; what fails beside it runs again
	var accepts atomic.Bool
	var db *sqldb.DB
	s, err := run.New(context.Background(), "insurance", nil, p.Deps("insurance"), func(_ context.Context, k *run.Kit) (run.Parts, error) {
		db = k.Outbox.DB()
		r := consume.NewRouter()
		consume.On(r, "employment", func(_ context.Context, _ *sqldb.Tx, e event.Event, m *employmentv1.HireRegistered) error {
			if m.GetHireId() == "hire-2" && !accepts.Load() {
				return errs.New(errs.Invalid, "test.refused", "Refused by the test.")
			}
			heard.Store(m.GetHireId(), e.Worker)
			return nil
		})
		return run.Parts{Router: r}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Start(s)
	hire := func(id string) {
		t.Helper()
		employment.Publish(outbox.Subject{Aggregate: id, Worker: "b"}, &employmentv1.HireRegistered{HireId: id})
	}
	hire("hire-1")
	hire("hire-2") // parked, and what comes of the worker after it
	testkit.Eventually(t, "the second is parked", func() bool {
		var n int
		err := db.View(context.Background(), func(tx *sqldb.Tx) error { return tx.QueryRow(`SELECT count(*) FROM parked`).Scan(&n) })
		return err == nil && n == 1
	})
	registry.Publish(outbox.Subject{Aggregate: "case", Worker: "b"}, &registryv1.WorkerJoined{JoinId: "j", Alias: "a", Into: "b"})
	registry.Publish(outbox.Subject{Aggregate: "parting", Worker: "b"}, &registryv1.WorkerParted{JoinId: "j", Alias: "a", Into: "b", ToAlias: []string{"hire-2", "hire-3"}})
	testkit.Eventually(t, "the parting is applied", func() bool {
		var to string
		err := db.View(context.Background(), func(tx *sqldb.Tx) (err error) {
			to, err = person.Assigned(tx, "hire-3", "b")
			return err
		})
		return err == nil && to == "a"
	})
	accepts.Store(true)
	if _, err := (platformv1.OpsClient{Caller: p.Client(), Target: "insurance"}).RetryParked(p.Officer("ops"), &platformv1.RetryParkedRequest{Channel: event.Channel("employment", 0)}); err != nil {
		t.Fatal(err)
	}
	hire("hire-3")
	hire("hire-4")
	for hire, want := range map[string]string{"hire-1": "b", "hire-2": "a", "hire-3": "a", "hire-4": "b"} {
		testkit.Eventually(t, hire+" is applied for "+want, func() bool {
			got, _ := heard.Load(hire)
			return got == want
		})
	}
	err = db.View(context.Background(), func(tx *sqldb.Tx) error {
		one, err := person.Same(tx, "a", "b")
		if one {
			err = errors.Join(err, errors.New("they are one still"))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// Where two were parted and the death on record is the other's, what stood for who
// lives is taken up then: nobody will ever reverse that death. So it is with things
// that are taken out of a dead person's record.
func TestAPartingTakesUpWhatStoodForWhoLives(t *testing.T) {
	p := testkit.NewPlatform(t, nil)
	registry := p.Publisher("registry")
	revived := make(chan string, 9)
	s, err := run.New(context.Background(), "housing", nil, p.Deps("housing"), func(context.Context, *run.Kit) (run.Parts, error) {
		return run.Parts{Revive: []death.Use{func(_ context.Context, tx *sqldb.Tx, worker string, stood answer.Pause) error {
			died, err := account.Died(tx, worker)
			if died || stood.From.IsZero() || stood.To.Before(stood.From) {
				t.Errorf("%s is taken up of %v", worker, stood)
			}
			revived <- worker
			return err
		}}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Start(s)
	says := func(id, worker string, what proto.Message, want ...string) {
		t.Helper()
		registry.Publish(outbox.Subject{Aggregate: id, Worker: worker}, what)
		p.Settle()
		var got []string
		for len(revived) > 0 {
			got = append(got, <-revived)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v were taken up, not %v", id, got, want)
		}
	}
	says("j", "b", &registryv1.WorkerJoined{JoinId: "j", Alias: "a", Into: "b"})
	says("d", "b", &registryv1.DeathRecorded{DiedOn: "2026-11-01"})
	says("j-parted", "b", &registryv1.WorkerParted{JoinId: "j", Alias: "a", Into: "b"}, "a")
	says("mixed", "b", &registryv1.WorkerParted{Alias: "c", Into: "b"})
	says("mixed-2", "b", &registryv1.WorkerParted{Alias: "c", Into: "b", ToAlias: []string{"thing"}}, "c")
}

// hires is a department that keeps a row of each hire under the person for whom it is
// applied; beside runs within the transaction in which one is kept.
func hires(t *testing.T, database string, beside func(tx *sqldb.Tx, hire string) error) (p *testkit.Platform, db *sqldb.DB) {
	t.Helper()
	p = testkit.NewPlatform(t, nil)
	d := p.Deps("insurance")
	if database != "" {
		d.Database = database
	}
	s, err := run.New(context.Background(), "insurance", nil, d, func(ctx context.Context, k *run.Kit) (run.Parts, error) {
		db = k.Outbox.DB()
		r := consume.NewRouter()
		consume.On(r, "employment", func(_ context.Context, tx *sqldb.Tx, e event.Event, m *employmentv1.HireRegistered) error {
			if _, err := tx.Exec(`INSERT INTO kept_hire (id, worker, touched) VALUES ($1, $2, 0)`, m.GetHireId(), e.Worker); err != nil {
				return err
			}
			return beside(tx, m.GetHireId())
		})
		return run.Parts{Router: r}, db.Update(ctx, func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`CREATE TABLE kept_hire (id TEXT PRIMARY KEY, worker TEXT NOT NULL, touched BIGINT NOT NULL)`)
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Start(s)
	return p, db
}

func onBoth(t *testing.T, test func(t *testing.T, database string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, "") })
	t.Run("postgres", func(t *testing.T) {
		at := testkit.Postgres(t)(t)
		testkit.NoDeadlocks(t, at)
		test(t, at)
	})
}

// What an event writes while two are being parted, in a transaction that the parting
// cannot see, is the one's to whom it was assigned all the same.
func TestWhatIsAppliedWhileTwoArePartedIsAssigned(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		within := make(chan struct{})
		var once sync.Once
		var db *sqldb.DB
		p, db := hires(t, database, func(tx *sqldb.Tx, hire string) error {
			var err error
			once.Do(func() {
				close(within)
				if tx.Dialect() != sqldb.Postgres { // one writer: the parting comes after it
					return
				}
				testkit.Eventually(t, "the parting waits, or is over", func() bool {
					var waits, over bool
					err = errors.Join(tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)`).Scan(&waits),
						db.Look(context.Background(), func(tx *sqldb.Tx) error { return tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM assigned)`).Scan(&over) }))
					return err != nil || waits || over
				})
			})
			return err
		})
		registry, employment := p.Publisher("registry"), p.Publisher("employment")
		employment.Publish(outbox.Subject{Aggregate: "hire-1", Worker: "b"}, &employmentv1.HireRegistered{HireId: "hire-1"})
		<-within
		registry.Publish(outbox.Subject{Aggregate: "parting", Worker: "b"}, &registryv1.WorkerParted{Alias: "a", Into: "b", ToAlias: []string{"hire-1"}})
		p.Settle()
		if whose := kept(t, db)["hire-1"]; whose != "a" {
			t.Errorf("what was assigned to a is kept for %q", whose)
		}
	})
}

// kept is whose each hire is.
func kept(t *testing.T, db *sqldb.DB) map[string]string {
	t.Helper()
	all := map[string]string{}
	if err := db.View(context.Background(), func(tx *sqldb.Tx) error {
		rows, err := sqldb.Collect(tx, func(s sqldb.Scanner) (r [2]string, err error) { return r, s.Scan(&r[0], &r[1]) }, `SELECT id, worker FROM kept_hire`)
		for _, r := range rows {
			all[r[0]] = r[1]
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// Joins, partings, events and commands about the same people at once: each thing ends
// with whom it was assigned to, and none waits for another that waits for it.
func TestPartingsBesideEventsAndCommands(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		const people, each = 12, 6
		p, db := hires(t, database, func(*sqldb.Tx, string) error { return nil })
		registry, employment := p.Publisher("registry"), p.Publisher("employment")
		want := map[string]string{}
		luck := rand.New(rand.NewPCG(13, 2))
		var parted []*registryv1.WorkerParted
		for i := range people {
			a, b := fmt.Sprint("a-", i), fmt.Sprint("b-", i)
			m := &registryv1.WorkerParted{JoinId: fmt.Sprint("join-", i), Alias: a, Into: b}
			for n := range each {
				hire := fmt.Sprint("hire-", i, "-", n)
				want[hire] = b
				if luck.IntN(2) == 0 {
					want[hire] = a
					m.ToAlias = append(m.ToAlias, hire)
				}
			}
			parted = append(parted, m)
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			for _, m := range parted {
				registry.Publish(outbox.Subject{Aggregate: m.GetJoinId(), Worker: m.GetInto()}, &registryv1.WorkerJoined{JoinId: m.GetJoinId(), Alias: m.GetAlias(), Into: m.GetInto()})
				registry.Publish(outbox.Subject{Aggregate: m.GetJoinId() + "-parted", Worker: m.GetInto()}, m)
			}
		})
		wg.Go(func() {
			for n := range each {
				for i := range people {
					hire := fmt.Sprint("hire-", i, "-", n)
					employment.Publish(outbox.Subject{Aggregate: hire, Worker: fmt.Sprint("b-", i)}, &employmentv1.HireRegistered{HireId: hire})
				}
			}
		})
		for n := range 6 { // commands: some for one person, some for several, some of officers
			wg.Go(func() {
				luck := rand.New(rand.NewPCG(13, uint64(n)))
				for range 30 {
					i, j := luck.IntN(people), luck.IntN(people)
					who := []string{fmt.Sprint([]string{"a-", "b-"}[n%2], i), fmt.Sprint([]string{"b-", "a-"}[n%2], j)}
					err := db.Update(context.Background(), func(tx *sqldb.Tx) error {
						err := person.Hold(tx)
						if n > 1 {
							err = account.Lock(tx, who[:1+n%2]...)
						}
						for _, w := range []int{min(i, j), max(i, j)} {
							if err == nil {
								_, err = tx.Exec(`UPDATE kept_hire SET touched = touched + 1 WHERE id = $1`, fmt.Sprint("hire-", w, "-0"))
							}
						}
						if err == nil && n > 3 { // later, by who holds rows
							err = person.Lock(tx, "account", who[0])
						}
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		p.Settle()
		if got := kept(t, db); !maps.Equal(got, want) {
			for hire, whose := range want {
				if got[hire] != whose {
					t.Errorf("%s is kept for %q, not %q", hire, got[hire], whose)
				}
			}
		}
	})
}
