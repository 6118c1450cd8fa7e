package storetest

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
	"github.com/qiao-platform/qiao/services/registry/internal/store"
)

// telephones find who gave them, and since when.
func telephones(t *testing.T, s suite) {
	for _, id := range []string{"w-1", "w-2", "w-3", "w-4"} {
		s.register(t, id, "index of "+id)
	}
	one, two := []byte("one"), []byte("two")
	keep := func(worker string, number []byte, via string, since time.Time) {
		t.Helper()
		s.update(t, func(tx *store.Tx) error {
			return tx.KeepPhone(domain.Telephone{Worker: worker, Index: number, Via: via, Since: since})
		})
	}
	givers := func(number []byte, want ...domain.Telephone) {
		t.Helper()
		s.update(t, func(tx *store.Tx) error {
			got, err := tx.PhoneGivers(number, 3)
			if err != nil || !slices.EqualFunc(got, want, func(a, b domain.Telephone) bool {
				return a.Worker == b.Worker && a.Via == b.Via && a.Since.Equal(b.Since) && bytes.Equal(a.Index, b.Index)
			}) {
				t.Errorf("%+v, %v; want %+v", got, err, want)
			}
			return err
		})
	}
	day := 24 * time.Hour
	keep("w-1", one, "import", now)
	keep("w-2", one, "web", now.Add(-day))
	givers(two)
	givers(one, domain.Telephone{Worker: "w-1", Index: one, Via: "import", Since: now}, domain.Telephone{Worker: "w-2", Index: one, Via: "web", Since: now.Add(-day)})

	keep("w-1", one, "web", now.Add(day))    // the person says the same number: it is as old as it was
	keep("w-2", one, "import", now.Add(day)) // a sheet takes nothing back
	givers(one, domain.Telephone{Worker: "w-1", Index: one, Via: "web", Since: now}, domain.Telephone{Worker: "w-2", Index: one, Via: "web", Since: now.Add(-day)})

	keep("w-2", two, "import", now.Add(day)) // another number is newer, and a sheet's
	givers(two, domain.Telephone{Worker: "w-2", Index: two, Via: "import", Since: now.Add(day)})

	s.update(t, func(tx *store.Tx) error { return tx.UnsurePhone("w-1") })
	givers(one) // until it is looked at again
	keep("w-1", one, "counter", now.Add(day))
	givers(one, domain.Telephone{Worker: "w-1", Index: one, Via: "counter", Since: now})

	for _, id := range []string{"w-2", "w-3", "w-4"} {
		keep(id, one, "web", now)
	}
	s.exec(t, `UPDATE worker SET joined_into = 'w-1' WHERE id = 'w-2'`)
	s.exec(t, `UPDATE worker SET closed_on = '2026-11-01' WHERE id = 'w-3'`)
	givers(one, domain.Telephone{Worker: "w-1", Index: one, Via: "counter", Since: now}, domain.Telephone{Worker: "w-4", Index: one, Via: "web", Since: now})
	s.update(t, func(tx *store.Tx) error { return tx.DropPhone("w-4") })
	s.update(t, func(tx *store.Tx) error { return tx.Forget(context.Background(), "w-1", nil) })
	givers(one)
	if n := s.count(t, `SELECT count(*) FROM telephone WHERE worker IN ('w-1', 'w-4')`); n != 0 {
		t.Errorf("%d rows of who is gone", n)
	}
}

// The records of before numbers were kept are looked through once.
func phoneOlds(t *testing.T, s suite) {
	for _, id := range []string{"w-1", "w-2", "w-3"} {
		s.register(t, id, "index of "+id)
	}
	s.exec(t, `UPDATE worker SET closed_on = $1 WHERE id = 'w-2'`, clock.NewDate(2026, 11, 1).String())
	next := func(want ...string) {
		t.Helper()
		s.update(t, func(tx *store.Tx) error {
			got, err := tx.Unphoned(1)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%v, %v; want %v", got, err, want)
			}
			return err
		})
	}
	begin := func(waiting int) {
		t.Helper()
		if err := s.store.PhoneOlds(context.Background()); err != nil {
			t.Error(err)
		}
		if n := s.count(t, `SELECT count(*) FROM task WHERE kind = $1`, store.TaskPhoneOlds); n != waiting {
			t.Errorf("%d tasks wait, want %d", n, waiting)
		}
	}
	begin(1)
	next("w-1")
	s.update(t, func(tx *store.Tx) error { return tx.Phoned(context.Background(), "w-1") })
	next("w-3")
	s.update(t, func(tx *store.Tx) error { return tx.Phoned(context.Background(), "w-3") })
	next()
	s.update(t, func(tx *store.Tx) error { return tx.Phoned(context.Background(), "") })
	begin(3) // it is done
}
