package storetest

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
	"github.com/qiao-platform/qiao/services/registry/internal/store"
)

// contactCases are kept whole; one that ended stays as it is, but that the
// person may have undone what it changed.
func contactCases(t *testing.T, s suite) {
	c := domain.ContactCase{
		ID: "c-1", Worker: "w-1", From: "654301", County: "654321", Languages: []string{"kk-Arab"}, Profile: []byte("new"), Version: 1,
		Grounds: domain.Grounds{Reason: "moved", Paper: "witness"}, Officer: "a-1", MadeAt: now, State: domain.CaseOpen,
	}
	save := func(c domain.ContactCase) error {
		return s.try(func(tx *store.Tx) error { return tx.SaveContactCase(c) })
	}
	if err := save(c); err != nil {
		t.Fatal(err)
	}
	if err := save(domain.ContactCase{ID: "c-2", Worker: "w-2", From: "654322", Officer: "a-1", Profile: []byte("x"), MadeAt: now, State: domain.CaseOpen}); err != nil {
		t.Fatal(err)
	}
	c.State, c.DecidedBy, c.DecidedAt, c.Former, c.FormerLangs = domain.CaseApplied, "a-2", now.Add(time.Hour), []byte("old"), []string{"zh-Hans"}
	if err := save(c); err != nil {
		t.Fatal(err)
	}
	refused := c
	refused.State, refused.Refusal = domain.CaseRefused, "other"
	if err := save(refused); !errors.Is(err, outbox.ErrStale) {
		t.Errorf("refusing what was applied: %v", err)
	}
	c.State, c.ObjectedAt = domain.CaseUndone, now.Add(2*time.Hour)
	if err := save(c); err != nil {
		t.Fatal(err)
	}
	if err := save(c); !errors.Is(err, outbox.ErrStale) {
		t.Errorf("undoing twice: %v", err)
	}
	s.update(t, func(tx *store.Tx) error {
		got, err := tx.ContactCasesOf("w-1")
		if err != nil || len(got) != 1 || !reflect.DeepEqual(got[0], c) {
			t.Errorf("%+v, %v; want %+v", got, err, c)
		}
		for _, who := range [][2]string{{"*", "z-9"}, {"654300", "z-9"}, {"659999", "a-1"}} {
			open, err := tx.OpenContactCases(who[0], who[1])
			if err != nil || len(open) != 1 || open[0].ID != "c-2" || !open[0].DecidedAt.IsZero() || open[0].Former != nil {
				t.Errorf("%v: %+v, %v", who, open, err)
			}
		}
		if open, err := tx.OpenContactCases("659999", "z-9"); err != nil || len(open) != 0 {
			t.Errorf("an officer of another county sees %+v, %v", open, err)
		}
		return nil
	})
}
