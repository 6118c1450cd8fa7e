package run_test

import (
	"context"
	"errors"
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
