package storetest

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
	"github.com/qiao-platform/qiao/services/registry/internal/store"
)

// deaths are kept whole; of one person one case waits or holds; a record stops what is
// sent until it is taken back, which leaves a task for each message that was held.
func deaths(t *testing.T, s suite) {
	ctx := context.Background()
	c := domain.DeathCase{
		ID: "d-1", Worker: "w-1", County: "654301", DiedOn: clock.NewDate(2026, 10, 30), Grounds: domain.Grounds{Reason: "relative", Paper: "medical_certificate"},
		Officer: "a-1", MadeAt: now, State: domain.CaseOpen,
	}
	save := func(c domain.DeathCase, events ...domain.Event) error {
		return s.try(func(tx *store.Tx) error { return tx.SaveDeathCase(ctx, c, events...) })
	}
	if err := save(c); err != nil {
		t.Fatal(err)
	}
	other := c
	other.ID = "d-2"
	if err := save(other); !errors.Is(err, domain.ErrDeathStands) {
		t.Errorf("two cases of one person: %v", err)
	}
	elsewhere := c
	elsewhere.ID, elsewhere.Worker, elsewhere.County = "d-3", "w-3", "654322"
	if err := save(elsewhere); err != nil {
		t.Fatal(err)
	}
	said := func(died bool, cases ...string) {
		t.Helper()
		s.update(t, func(tx *store.Tx) error {
			if got, err := tx.Died("w-1"); err != nil || got != died {
				t.Errorf("died: %v, %v", got, err)
			}
			var ids []string
			all, err := tx.DeathCases("654300", "z-9")
			for _, c := range all {
				ids = append(ids, c.ID)
			}
			if err != nil || !slices.Equal(ids, cases) {
				t.Errorf("%v, %v; want %v", ids, err, cases)
			}
			return nil
		})
	}
	said(false, "d-1", "d-3")
	c.Version = 1
	c, events, err := c.Decide("a-2", true, "", now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	s.update(t, func(tx *store.Tx) error { return errors.Join(tx.SaveDeathCase(ctx, c, events...), tx.RecordDeath(c)) })
	said(true, "d-3", "d-1")
	for _, m := range []string{"m-1", "m-2", "m-3"} {
		s.update(t, func(tx *store.Tx) error {
			return tx.AddMessage(ctx, domain.Message{ID: m, Worker: map[bool]string{true: "w-9", false: "w-1"}[m == "m-3"], Template: "employment.offer.made", SentAt: now})
		})
	}
	s.exec(t, `UPDATE message SET delivered_at = 1 WHERE id = 'm-2'`)
	s.exec(t, `DELETE FROM task`)
	c.Version = 2
	c, events, err = c.Reverse("b-1", "passport", now.Add(2*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	s.update(t, func(tx *store.Tx) error {
		return errors.Join(tx.SaveDeathCase(ctx, c, events...), tx.ReverseDeath(ctx, c))
	})
	said(false, "d-3", "d-1")
	var tasks []string
	if err := s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		tasks, err = sqldb.Collect(tx, func(s sqldb.Scanner) (string, error) { var b []byte; err := s.Scan(&b); return string(b), err }, `SELECT payload FROM task`)
		return err
	}); err != nil || !slices.Equal(tasks, []string{"m-1"}) {
		t.Errorf("what is delivered now: %v, %v", tasks, err)
	}
	c.Version = 3
	if c, err = c.Confirm("a-1", now.Add(3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := save(c); err != nil {
		t.Fatal(err)
	}
	said(false, "d-3")
	if err := save(other); err != nil {
		t.Errorf("a case anew: %v", err)
	}
	s.update(t, func(tx *store.Tx) error {
		c.Version = 4
		all, err := tx.DeathCasesOf("w-1")
		if err != nil || len(all) != 2 || !reflect.DeepEqual(all[0], c) && !reflect.DeepEqual(all[1], c) {
			t.Errorf("%+v, %v; want %+v", all, err, c)
		}
		if own, err := tx.DeathCases("659999", "a-1"); err != nil || len(own) != 2 {
			t.Errorf("what the officer opened: %+v, %v", own, err)
		}
		_, err = tx.DeathCase("none")
		if !errors.Is(err, domain.ErrDeathUnknown) {
			t.Error(err)
		}
		return nil
	})
}
