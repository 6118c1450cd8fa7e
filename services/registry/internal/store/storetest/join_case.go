package storetest

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
	"github.com/qiao-platform/qiao/services/registry/internal/store"
)

// joinCases are kept whole, listed by county, officer and person, and never
// overwritten by who read them earlier.
func joinCases(t *testing.T, s suite) {
	ctx := context.Background()
	c := domain.JoinCase{
		ID: "j-1", Kind: domain.KindJoin, Into: domain.Side{Worker: "w-1", County: "654301", Seen: true}, Alias: domain.Side{Worker: "w-2", County: "654321"},
		Grounds: domain.Grounds{Reason: "other", Paper: "witness"}, Officer: "a-1", MadeAt: now, State: domain.CaseOpen,
	}
	save := func(c domain.JoinCase) error {
		return s.try(func(tx *store.Tx) error { return tx.SaveJoinCase(ctx, c) })
	}
	if err := save(c); err != nil {
		t.Fatal(err)
	}
	read := c
	read.Version = 1
	changed := read
	changed.Into.ToldAt, changed.Into.Until, changed.Alias.HeardAt, changed.Alias.HeardBy, changed.Alias.Paper = now.Add(time.Hour), clock.NewDate(2026, 11, 16), now, "a-3", "witness"
	changed.State, changed.DecidedBy, changed.DecidedAt, changed.ObjectedAt = domain.CaseApplied, "a-2", now.Add(2*time.Hour), now.Add(3*time.Hour)
	changed.Into.Worker, changed.ToAlias, changed.ToInto = "w-3", []string{"x", "y"}, []string{"z"}
	if err := save(changed); err != nil {
		t.Fatal(err)
	}
	if err := save(read); !errors.Is(err, outbox.ErrStale) {
		t.Errorf("overwritten by who read it earlier: %v", err)
	}
	changed.Version = 2
	s.update(t, func(tx *store.Tx) error {
		got, err := tx.JoinCase("j-1")
		if err != nil || !reflect.DeepEqual(got, changed) {
			t.Errorf("%+v, %v; want %+v", got, err, changed)
		}
		if _, err := tx.PeekJoinCase("none"); !errors.Is(err, domain.ErrJoinCaseUnknown) {
			t.Error(err)
		}
		for _, who := range [][2]string{{"*", "z"}, {"654300", "z"}, {"654321", "z"}, {"659999", "a-1"}} {
			if all, err := tx.OpenJoinCases(who[0], who[1]); err != nil || len(all) != 1 {
				t.Errorf("to do for %v: %v, %v", who, all, err)
			}
		}
		if all, err := tx.OpenJoinCases("659999", "z"); err != nil || len(all) != 0 {
			t.Errorf("an officer of another county sees %v, %v", all, err)
		}
		if all, err := tx.DecidedJoinCases("654321"); err != nil || len(all) != 1 {
			t.Errorf("decided: %v, %v", all, err)
		}
		if all, err := tx.JoinCasesOf([]string{"w-2", "w-3", "w-1"}); err != nil || len(all) != 1 {
			t.Errorf("of the person: %v, %v", all, err)
		}
		return nil
	})
	changed.Alias.HeardAt = now.Add(4 * time.Hour) // the objection was answered
	s.update(t, func(tx *store.Tx) error { return tx.SaveJoinCase(ctx, changed) })
	s.update(t, func(tx *store.Tx) error {
		if all, err := tx.OpenJoinCases("*", "z"); err != nil || len(all) != 0 {
			t.Errorf("answered, it is to do still: %v, %v", all, err)
		}
		return nil
	})
}

// joined accounts are one person's by whichever reference, until they are parted;
// what a parting assigns goes over, and so does what is still to come of it.
func joinedAccounts(t *testing.T, s suite) {
	ctx := context.Background()
	account := func(id string) domain.Worker {
		return domain.Worker{ID: id, DocumentIndex: []byte("doc " + id), Document: []byte("d"), Profile: []byte("p"), County: "654301", RegisteredOn: clock.NewDate(2026, 1, 1)}
	}
	ids := []string{"w-a", "w-b", "w-c"}
	s.update(t, func(tx *store.Tx) error {
		for _, id := range ids {
			if err := tx.SaveWorker(ctx, account(id)); err != nil {
				return err
			}
			if err := tx.AddStep(domain.Step{EventID: "e-" + id, Worker: id, Type: "employment.hire.registered.v1", Aggregate: "hire-" + id, At: now, Data: []byte{}}); err != nil {
				return err
			}
		}
		return nil
	})
	join := func(id, alias, into string) {
		t.Helper()
		s.update(t, func(tx *store.Tx) error {
			w, err := tx.Account(alias)
			if err != nil {
				return err
			}
			w.JoinedInto = into
			return errors.Join(tx.SaveWorker(ctx, w), tx.Join(domain.JoinCase{ID: id, Alias: domain.Side{Worker: alias}, Into: domain.Side{Worker: into}}))
		})
	}
	join("j-1", "w-a", "w-b")
	join("j-2", "w-b", "w-c")
	s.update(t, func(tx *store.Tx) error {
		for _, id := range ids {
			locked, err1 := tx.Worker(id)
			read, err2 := tx.PeekWorker(id)
			found, is, err3 := tx.WorkerByDocument([]byte("doc " + id))
			if err := errors.Join(err1, err2, err3); err != nil {
				return err
			}
			if locked.ID != "w-c" || read.ID != "w-c" || !is || found.ID != "w-c" {
				t.Errorf("%s is %s, %s and %s", id, locked.ID, read.ID, found.ID)
			}
			if own, err := tx.PeekAccount(id); err != nil || own.ID != id {
				t.Errorf("the record of %s is %s, %v", id, own.ID, err)
			}
		}
		if all, err := tx.Aliases("w-c"); err != nil || !slices.Equal(all, []string{"w-b", "w-a"}) {
			t.Errorf("aliases %v, %v", all, err)
		}
		if all, err := tx.Steps(ids, time.Time{}, 2); err != nil || len(all) != 3 || all[0].EventID != "e-w-c" || all[2].EventID != "e-w-a" {
			t.Errorf("steps of one moment come together: %v, %v", all, err)
		}
		if err := tx.AddStep(domain.Step{EventID: "later", Worker: "w-a", Type: "housing.lease.signed.v1", Aggregate: "lease", At: now.Add(time.Minute), Data: []byte{}}); err != nil {
			return err
		}
		if all, err := tx.StepsFrom(ids, "employment", 1); err != nil || len(all) != 1 || all[0].EventID != "e-w-c" {
			t.Errorf("what another department did since counts: %v, %v", all, err)
		}
		if _, err := tx.PeekWorker("none"); !errors.Is(err, domain.ErrWorkerUnknown) {
			t.Error(err)
		}
		return nil
	})
	// A death is recorded of who remains. Parted, w-a lives, and hears what was held.
	s.update(t, func(tx *store.Tx) error {
		return errors.Join(tx.RecordDeath(domain.DeathCase{ID: "death", Worker: "w-c", DecidedAt: now}),
			tx.AddMessage(ctx, domain.Message{ID: "held-a", Worker: "w-a", Template: "employment.offer.made", SentAt: now}),
			tx.AddMessage(ctx, domain.Message{ID: "held-c", Worker: "w-c", Template: "employment.offer.made", SentAt: now}))
	})
	s.exec(t, `DELETE FROM task`)
	s.update(t, func(tx *store.Tx) error {
		w, err := tx.Account("w-a")
		if err != nil {
			return err
		}
		w.JoinedInto = ""
		return errors.Join(tx.SaveWorker(ctx, w), tx.Part(ctx, domain.JoinCase{
			JoinID: "j-1", Alias: domain.Side{Worker: "w-a"}, Into: domain.Side{Worker: "w-b"}, ToAlias: []string{"hire-w-c"}, ToInto: []string{"hire-w-a"}, DecidedAt: now,
		}))
	})
	if err := s.db.View(ctx, func(tx *sqldb.Tx) error {
		tasks, err := sqldb.Collect(tx, func(s sqldb.Scanner) (string, error) { var b []byte; err := s.Scan(&b); return string(b), err }, `SELECT payload FROM task`)
		if !slices.Equal(tasks, []string{"held-a"}) {
			t.Errorf("what is delivered now: %v", tasks)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
	s.update(t, func(tx *store.Tx) error {
		if err := tx.AddStep(domain.Step{EventID: "late", Worker: "w-c", Type: "employment.hire.ended.v1", Aggregate: "hire-w-c", At: now.Add(time.Hour), Data: []byte{}}); err != nil {
			return err
		}
		for worker, want := range map[string][]string{"w-a": {"late", "later", "e-w-c"}, "w-b": {"e-w-b", "e-w-a"}, "w-c": nil} {
			var got []string
			all, err := tx.Steps([]string{worker}, time.Time{}, 10)
			for _, p := range all {
				got = append(got, p.EventID)
			}
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("on the timeline of %s there is %v, %v; want %v", worker, got, err, want)
			}
		}
		if w, err := tx.Worker("w-a"); err != nil || w.ID != "w-a" {
			t.Errorf("parted, w-a is %s, %v", w.ID, err)
		}
		if w, err := tx.Worker("w-b"); err != nil || w.ID != "w-c" {
			t.Errorf("the other join stands: %s, %v", w.ID, err)
		}
		return nil
	})
}
