package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
	"github.com/qiao-platform/qiao/services/registry/internal/store"
)

// likenesses find who shares one, unless too many do.
func likenesses(t *testing.T, s suite) {
	key := func(s string) []byte { return []byte("16 bytes of " + s)[:16] }
	s.update(t, func(tx *store.Tx) error {
		for worker, keys := range map[string][][]byte{"w-1": {key("aaaa"), key("bbbb")}, "w-2": {key("bbbb")}, "w-3": {key("cccc"), key("cccc")}} {
			if err := errors.Join(tx.LockLikeness(keys), tx.KeepLikeness(worker, true, keys)); err != nil {
				return err
			}
		}
		for i := range 5 {
			if err := tx.KeepLikeness(fmt.Sprint("crowd-", i), true, [][]byte{key("many")}); err != nil {
				return err
			}
		}
		return nil
	})
	alike := func(most int, want []string, keys ...[]byte) {
		t.Helper()
		s.update(t, func(tx *store.Tx) error {
			got, err := tx.Alike(keys, most)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%q: %v, %v; want %v", keys, got, err, want)
			}
			return err
		})
	}
	alike(4, nil)
	alike(4, nil, key("none"))
	alike(4, []string{"w-1", "w-2"}, key("aaaa"), key("bbbb"), key("many"))
	alike(5, []string{"crowd-0", "crowd-1", "crowd-2", "crowd-3", "crowd-4", "w-3"}, key("many"), key("cccc"))
	s.update(t, func(tx *store.Tx) error {
		for _, c := range []struct{ most, want int }{{100, 4}, {3, 3}} {
			if n, err := tx.Sharing(key("many"), "crowd-1", c.most); err != nil || n != c.want {
				t.Errorf("%d others, %v; want %d", n, err, c.want)
			}
		}
		return tx.KeepLikeness("w-1", false, [][]byte{key("dddd")})
	})
	alike(4, []string{"w-2"}, key("aaaa"), key("bbbb"))
	alike(4, []string{"w-1"}, key("dddd"))
	s.update(t, func(tx *store.Tx) error { return tx.Forget(context.Background(), "w-1", nil) })
	alike(4, nil, key("dddd"))
}

// doubles are kept once, and what was decided of them stays.
func doubles(t *testing.T, s suite) {
	s.register(t, "w-1", "index-1")
	s.register(t, "w-2", "index-2")
	s.register(t, "w-3", "index-3")
	s.exec(t, `UPDATE worker SET county = '654321' WHERE id = 'w-3'`)
	pair := func(id, a, b string) domain.Double {
		return domain.NewDouble(id, domain.Likely{First: a, Second: b, Grounds: []string{domain.GroundSameName, domain.GroundSameBirth}}, now)
	}
	one, two := pair("d-1", "w-1", "w-2"), pair("d-2", "w-1", "w-3")
	s.update(t, func(tx *store.Tx) error {
		return errors.Join(tx.KeepDouble(one), tx.KeepDouble(two), tx.KeepDouble(pair("d-3", "w-1", "w-2")))
	})
	list := func(counties, state, before string, limit int, want ...domain.Double) {
		t.Helper()
		s.update(t, func(tx *store.Tx) error {
			got, err := tx.Doubles(counties, state, before, limit)
			if err != nil || len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
				t.Errorf("%+v, %v; want %+v", got, err, want)
			}
			return err
		})
	}
	list("*", domain.PairOpen, "", 10, two, one)
	list("654300", domain.PairOpen, "", 1, two)
	list("654301", domain.PairOpen, "d-2", 10, one)
	list("654321", domain.PairOpen, "", 10, two)
	list("654322", domain.PairOpen, "", 10)
	apart := one
	apart.State, apart.DecidedBy, apart.DecidedAt, apart.Why = domain.PairApart, "a-1", now.Add(time.Hour), "twins"
	s.update(t, func(tx *store.Tx) error { return tx.SaveDouble(apart) })
	if err := s.try(func(tx *store.Tx) error { return tx.SaveDouble(apart) }); !errors.Is(err, outbox.ErrStale) {
		t.Errorf("decided twice: %v", err)
	}
	s.update(t, func(tx *store.Tx) error { return tx.KeepDouble(pair("d-4", "w-1", "w-2")) })
	list("*", domain.PairOpen, "", 10, two)
	list("*", domain.PairApart, "", 10, apart)
	s.exec(t, `UPDATE worker SET closed_on = '2026-11-01' WHERE id = 'w-3'`)
	list("*", domain.PairOpen, "", 10) // closed while the two were compared
	s.exec(t, `UPDATE worker SET closed_on = '' WHERE id = 'w-3'`)
	s.exec(t, `INSERT INTO same (worker, other) VALUES ('w-1', 'w-3'), ('w-3', 'w-1')`)
	list("*", domain.PairOpen, "", 10) // they were joined
	s.update(t, func(tx *store.Tx) error { return tx.Forget(context.Background(), "w-2", nil) })
	if _, err := func() (d domain.Double, err error) {
		err = s.try(func(tx *store.Tx) error { d, err = tx.Double("d-1"); return err })
		return d, err
	}(); !errors.Is(err, domain.ErrDoubleUnknown) {
		t.Errorf("after the account was closed: %v", err)
	}
}

// olds are the records of before likenesses were kept, which are looked through
// page by page.
func olds(t *testing.T, s suite) {
	for _, id := range []string{"w-1", "w-2", "w-3"} {
		s.register(t, id, "index of "+id)
	}
	s.exec(t, `UPDATE worker SET closed_on = '2026-11-01' WHERE id = 'w-2'`)
	next := func(want ...string) {
		t.Helper()
		s.update(t, func(tx *store.Tx) error {
			got, err := tx.Unlikened(1)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%v, %v; want %v", got, err, want)
			}
			return err
		})
	}
	waiting := func(want int) {
		t.Helper()
		if n := s.count(t, `SELECT count(*) FROM task WHERE kind = $1`, store.TaskLikenOlds); n != want {
			t.Errorf("%d tasks wait, want %d", n, want)
		}
	}
	begin := func() {
		if err := s.store.LikenOlds(context.Background()); err != nil {
			t.Error(err)
		}
	}
	begin()
	waiting(1)
	next("w-1")
	s.update(t, func(tx *store.Tx) error { return tx.Likened(context.Background(), "w-1") })
	waiting(2)
	next("w-3")
	s.update(t, func(tx *store.Tx) error { return tx.Likened(context.Background(), "w-3") })
	next()
	s.update(t, func(tx *store.Tx) error { return tx.Likened(context.Background(), "") })
	waiting(3)
	begin()
	waiting(3) // it is done
}
