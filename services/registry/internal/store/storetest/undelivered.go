package storetest

import (
	"errors"
	"testing"

	"github.com/qiao-platform/qiao/services/registry/internal/domain"
	"github.com/qiao-platform/qiao/services/registry/internal/store"
)

// undelivered keeps whom messages did not reach, and every try; both go with the account.
func undelivered(t *testing.T, s suite) {
	s.register(t, "w-1", "index of w-1")
	u := domain.Undelivered{MessageID: "m-1", Worker: "w-1", FoundAt: now}
	tries := []domain.Try{
		{MessageID: "m-1", Number: 1, Way: "call", Outcome: "reached", Officer: "a-1", At: now},
		{MessageID: "m-1", Number: 2, Way: domain.WayCorrection, Outcome: "entered_wrong", Corrects: 1, Officer: "a-2", At: now},
	}
	s.update(t, func(tx *store.Tx) error {
		if _, err := tx.Undelivered("m-1"); !errors.Is(err, domain.ErrUndeliveredUnknown) {
			t.Errorf("what is not there: %v", err)
		}
		return errors.Join(tx.SaveUndelivered(u), tx.AddTry(tries[0]), tx.AddTry(tries[1]))
	})
	u.EndedAt, u.EndedHow = now, domain.EndedNotice
	s.update(t, func(tx *store.Tx) error { return tx.SaveUndelivered(u) })
	s.update(t, func(tx *store.Tx) error {
		got, err := tx.Undelivered("m-1")
		if err != nil || got.Worker != u.Worker || !got.FoundAt.Equal(now) || !got.EndedAt.Equal(now) || got.EndedHow != domain.EndedNotice {
			t.Errorf("%+v, %v", got, err)
		}
		all, err := tx.Tries("m-1")
		if err != nil || len(all) != 2 || !all[0].At.Equal(now) || all[1].Corrects != 1 || all[1].Officer != "a-2" {
			t.Errorf("%+v, %v", all, err)
		}
		all, err = tx.TriesFor("w-1", 1)
		if err != nil || len(all) != 1 || all[0].Number != 2 {
			t.Errorf("%+v, %v", all, err)
		}
		return err
	})
	s.update(t, func(tx *store.Tx) error { return tx.Forget(t.Context(), "w-1", nil) })
	s.update(t, func(tx *store.Tx) error {
		all, err := tx.Tries("m-1")
		if _, gone := tx.Undelivered("m-1"); err != nil || len(all) > 0 || !errors.Is(gone, domain.ErrUndeliveredUnknown) {
			t.Errorf("a closed account leaves %v, %v, %v", all, gone, err)
		}
		return err
	})
}
