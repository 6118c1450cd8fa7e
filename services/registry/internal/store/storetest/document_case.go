package storetest

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
	"github.com/qiao-platform/qiao/services/registry/internal/store"
)

// documentCases are kept whole; one that ended stays as it is, but that the person
// may have undone what it changed, and that its way back may end.
func documentCases(t *testing.T, s suite) {
	c := domain.DocumentCase{
		ID: "d-1", Worker: "w-1", County: "654301", Number: true, Sealed: []byte("both"), Grounds: domain.Grounds{Reason: "entered_wrong", Paper: "resident_card"},
		Officer: "a-1", MadeAt: now, State: domain.CaseOpen,
	}
	save := func(c domain.DocumentCase) error {
		return s.try(func(tx *store.Tx) error { return tx.SaveDocumentCase(c) })
	}
	for _, one := range []domain.DocumentCase{c, {ID: "d-2", Worker: "w-2", County: "654322", Name: true, Sealed: []byte("x"), MadeAt: now.Add(time.Second), State: domain.CaseOpen}} {
		if err := save(one); err != nil {
			t.Fatal(err)
		}
	}
	waiting := func(counties string, want ...string) {
		t.Helper()
		s.update(t, func(tx *store.Tx) error {
			all, err := tx.WaitingDocumentCases(counties)
			var got []string
			for _, c := range all {
				got = append(got, c.ID)
			}
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("in %q wait %v, %v; want %v", counties, got, err, want)
			}
			return nil
		})
	}
	waiting("*", "d-1", "d-2")
	waiting("654300", "d-1", "d-2")
	waiting("654301,654322", "d-1", "d-2")
	waiting("654301", "d-1")
	waiting("659999")
	waiting("")
	c.State, c.DecidedBy, c.DecidedAt, c.UnderAge = domain.CaseApplied, "a-2", now.Add(time.Hour), true
	if err := save(c); err != nil {
		t.Fatal(err)
	}
	waiting("*", "d-1", "d-2")
	refused := c
	refused.State, refused.Refusal = domain.CaseRefused, "other"
	if err := save(refused); !errors.Is(err, outbox.ErrStale) {
		t.Errorf("refusing what was applied: %v", err)
	}
	c.SettledBy, c.SettledAt, c.Outcome = "a-3", now.Add(2*time.Hour), "reported"
	if err := save(c); err != nil {
		t.Fatal(err)
	}
	waiting("*", "d-2")
	s.update(t, func(tx *store.Tx) error {
		if got, err := tx.DocumentCasesOf("w-1"); err != nil || len(got) != 1 || !reflect.DeepEqual(got[0], c) {
			t.Errorf("%+v, %v; want %+v", got, err, c)
		}
		if got, err := tx.PeekDocumentCase("d-1"); err != nil || !reflect.DeepEqual(got, c) {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := tx.DocumentCase("d-9"); !errors.Is(err, domain.ErrDocumentCaseUnknown) {
			t.Errorf("a case that is none: %v", err)
		}
		return nil
	})
	c.Sealed = []byte{}
	if err := save(c); err != nil {
		t.Fatal(err)
	}
	s.update(t, func(tx *store.Tx) error {
		if got, err := tx.PeekDocumentCase("d-1"); err != nil || len(got.Sealed) != 0 {
			t.Errorf("its way back ended, and it holds %q, %v", got.Sealed, err)
		}
		return nil
	})
	c.State, c.ObjectedAt = domain.CaseUndone, now.Add(3*time.Hour)
	if err := save(c); err != nil {
		t.Fatal(err)
	}
	if err := save(c); !errors.Is(err, outbox.ErrStale) {
		t.Errorf("undoing twice: %v", err)
	}
}

// formerValues find who was found by them last, unless somebody is found by them
// now; a closed account is not found.
func formerValues(t *testing.T, s suite) {
	who := func(index string) (id string, former bool) {
		t.Helper()
		s.update(t, func(tx *store.Tx) error {
			w, found, err := tx.WorkerByDocument([]byte(index))
			if former = !found; err == nil && former {
				w, found, err = tx.WorkerByFormer([]byte(index))
				former = found
			}
			id = w.ID
			return err
		})
		return id, former
	}
	w := s.register(t, "w-1", "before")
	s.register(t, "w-2", "own")
	changed, events, err := w.ChangeDocument(domain.Sealed{Index: []byte("now"), Document: []byte("d"), Profile: []byte("p")}, clock.NewDate(2026, 11, 3), "d-1", "other")
	if err != nil {
		t.Fatal(err)
	}
	s.update(t, func(tx *store.Tx) error { return tx.SaveWorker(t.Context(), changed, events...) })
	changed.Version = 2
	s.update(t, func(tx *store.Tx) error {
		if got, err := tx.Worker("w-1"); err != nil || !reflect.DeepEqual(got, changed) || got.AgeReached {
			t.Errorf("%+v, %v; want %+v", got, err, changed)
		}
		return nil
	})
	s.update(t, func(tx *store.Tx) error {
		return errors.Join(
			tx.AddFormer(domain.Former{Index: []byte("old"), Worker: "w-1", Change: "d-1", Until: now}),
			tx.AddFormer(domain.Former{Index: []byte("old"), Worker: "w-2", Change: "d-2", Until: now.Add(-time.Hour)}),
			tx.AddFormer(domain.Former{Index: []byte("own"), Worker: "w-1", Change: "d-3", Until: now}),
		)
	})
	for index, want := range map[string]struct {
		id     string
		former bool
	}{"before": {"", false}, "now": {"w-1", false}, "own": {"w-2", false}, "old": {"w-1", true}, "none": {"", false}} {
		if id, former := who(index); id != want.id || former != want.former {
			t.Errorf("%s finds %q, former %v", index, id, former)
		}
	}
	s.update(t, func(tx *store.Tx) error {
		for worker, want := range map[string]bool{"w-1": true, "w-2": true, "w-3": false} {
			if was, err := tx.WasFormer([]byte("old"), worker); err != nil || was != want {
				t.Errorf("%s: %v, %v", worker, was, err)
			}
		}
		return tx.DropFormer("d-1")
	})
	if id, former := who("old"); id != "w-2" || !former {
		t.Errorf("taken back, it finds %q, %v", id, former)
	}
	s.update(t, func(tx *store.Tx) error { return tx.Forget(t.Context(), "w-2", []string{"w-2"}) })
	if id, _ := who("old"); id != "" {
		t.Errorf("a closed account is found: %q", id)
	}
}
