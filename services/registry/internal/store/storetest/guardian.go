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
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
	"github.com/qiao-platform/qiao/services/registry/internal/store"
)

// guardians keeps who may act for a child, one person once, and finds a child by each
// of its references.
func guardians(t *testing.T, s suite) {
	ctx := context.Background()
	s.register(t, "mother", "document-1")
	s.register(t, "father", "document-2")
	for i, id := range []string{"child-a", "child-b", "child-c"} {
		c, events := domain.RegisterChild(id, []string{"mother", "father", "mother"}[i], []byte(id), []byte("sealed"), "654301")
		c.Likeness = []byte("like")
		s.update(t, func(tx *store.Tx) error {
			if err := tx.SaveChild(ctx, c, events...); err != nil {
				return err
			}
			return tx.SaveGuardian(ctx, domain.FirstGuardian("g-"+id, c, now))
		})
	}
	asked := domain.Guardian{
		ID: "g-x", Child: "child-a", Worker: "father", Kind: domain.KindGrandparent, Paper: "power_of_attorney", County: "654301", State: domain.GuardianAsked,
		From: clock.NewDate(2026, 11, 2), Until: clock.NewDate(2027, 11, 2), Officer: "o-1", MadeAt: now, AnswerBy: clock.NewDate(2026, 11, 9),
	}
	s.update(t, func(tx *store.Tx) error { return tx.SaveGuardian(ctx, asked) })
	asked.Version = 1
	power := asked
	power.ID, power.Child, power.State, power.Version = "g-p", "child-c", domain.GuardianActive, 0
	s.update(t, func(tx *store.Tx) error {
		if err := tx.SaveGuardian(ctx, power); err != nil {
			return err
		}
		for day, want := range map[clock.Date]int{power.Until: 0, power.Until.AddDays(1): 1} {
			if all, err := tx.Lapsed(day, "", "child-c"); err != nil || len(all) != want {
				t.Errorf("powers that are over on %s: %v, %v", day, all, err)
			}
		}
		if all, err := tx.Lapsed(power.Until.AddDays(1), "child-c", "child-d"); err != nil || len(all) != 0 {
			t.Errorf("of the next page: %v, %v", all, err)
		}
		power, err := tx.Guardian("g-p")
		if err != nil {
			return err
		}
		power.State, power.EndReason = domain.GuardianRefused, ""
		return tx.SaveGuardian(ctx, power)
	})
	twice := asked
	twice.ID, twice.Version = "g-y", 0
	if err := s.try(func(tx *store.Tx) error { return tx.SaveGuardian(ctx, twice) }); !errors.Is(err, domain.ErrGuardianTwice) {
		t.Errorf("one person twice: %v", err)
	}
	words := []domain.GuardianWord{asked.Word("word-1", "mother", true, now), asked.Word("word-2", "mother", false, now.Add(time.Second))}
	s.update(t, func(tx *store.Tx) error { return errors.Join(tx.SaveWord(words[1]), tx.SaveWord(words[0])) })
	s.update(t, func(tx *store.Tx) error {
		if all, err := tx.Words("g-x"); err != nil || !reflect.DeepEqual(all, words) {
			t.Errorf("%+v, %v", all, err)
		}
		got, err := tx.Guardian("g-x")
		if err != nil || !reflect.DeepEqual(got, asked) {
			t.Errorf("got %+v, %v; want %+v", got, err, asked)
		}
		if all, err := tx.ChildrenOf("father"); err != nil || len(all) != 1 || all[0].ID != "child-b" {
			t.Errorf("who is only asked for has the child: %v, %v", all, err)
		}
		got.State, got.ObjectedBy, got.AnswerBy = domain.GuardianDisputed, "mother", clock.NewDate(2026, 11, 20)
		return tx.SaveGuardian(ctx, got)
	})
	s.update(t, func(tx *store.Tx) error {
		if all, err := tx.Disputes("654322,654300"); err != nil || len(all) != 1 || all[0].ObjectedBy != "mother" {
			t.Errorf("%v, %v", all, err)
		}
		if all, err := tx.Disputes("654321"); err != nil || len(all) != 0 {
			t.Errorf("another county's: %v, %v", all, err)
		}
		if all, err := tx.GuardianRows("father"); err != nil || len(all) != 3 {
			t.Errorf("%v, %v", all, err)
		}
		if all, err := tx.LikeChildren([]byte("like")); err != nil || len(all) != 3 {
			t.Errorf("%v, %v", all, err)
		}
		return errors.Join(tx.JoinChild("child-b", "child-a"), tx.JoinChild("child-c", "child-a"))
	})
	s.update(t, func(tx *store.Tx) error {
		for _, id := range []string{"child-a", "child-b", "child-c"} {
			if ids, err := tx.ChildIDs(id); err != nil || !slices.Equal(ids, []string{"child-a", "child-b", "child-c"}) {
				t.Errorf("%s is %v, %v", id, ids, err)
			}
		}
		for _, id := range []string{"child-a", "child-b", "child-c"} {
			families, err := tx.FamiliesOf([]string{id, "child-none"})
			if f := families[id]; err != nil || len(families) != 1 || f.Remains != "child-a" || !slices.Equal(f.Guardians, []string{"father", "mother"}) {
				t.Errorf("the family of %s is %v, %v", id, families, err)
			}
		}
		all, err := tx.GuardiansOf("child-a", "child-b", "child-c")
		if err != nil || len(all) != 5 {
			t.Errorf("%v, %v", all, err)
		}
		for _, g := range all { // all but the one of a further reference end
			if g, events := g.End(domain.EndDied, clock.NewDate(2026, 11, 3)); g.Child != "child-b" {
				if err := tx.SaveGuardian(ctx, g, events...); err != nil {
					return err
				}
			}
		}
		if left, err := tx.Unguarded("654322,654300"); err != nil || len(left) != 0 {
			t.Errorf("the guardian of a further reference is none: %v, %v", left, err)
		}
		return errors.Join(tx.PartChild("child-b"), tx.PartChild("child-c"))
	})
	s.update(t, func(tx *store.Tx) error {
		families, err := tx.FamiliesOf([]string{"child-a", "child-b"})
		if a, b := families["child-a"], families["child-b"]; err != nil || a.Remains != "child-a" || len(a.Guardians) != 0 || b.Remains != "child-b" || !slices.Equal(b.Guardians, []string{"father"}) {
			t.Errorf("of who is nobody's and of who is another child again: %v, %v", families, err)
		}
		left, err := tx.Unguarded("654322,654300")
		if err != nil || !slices.Equal(left, []string{"child-a", "child-c"}) {
			t.Errorf("%v, %v", left, err)
		}
		for i, want := range []bool{true, false} {
			if first, err := tx.TookStep("child-c", domain.StepGrown); err != nil || first != want {
				t.Errorf("step %d: %v, %v", i, first, err)
			}
		}
		if left, err := tx.Unguarded("654322,654300"); err != nil || !slices.Equal(left, []string{"child-a"}) {
			t.Errorf("a grown child needs nobody: %v, %v", left, err)
		}
		if page, err := tx.ChildrenAfter("child-a", 10); err != nil || len(page) != 1 || page[0].ID != "child-b" {
			t.Errorf("%v, %v", page, err)
		}
		return nil
	})
}

// guardianCases keeps what two officers do; what was decided stays, but that what was
// hidden may be shown again.
func guardianCases(t *testing.T, s suite) {
	c := domain.GuardianCase{
		ID: "case-1", Kind: domain.CaseHide, Child: "child-a", Guardian: "g-x", Worker: "father", Hidden: []string{"address", "school"}, Until: clock.NewDate(2027, 1, 1),
		Reason: "protection_order", Paper: "court_paper", County: "654301", Officer: "o-1", MadeAt: now, State: domain.CaseOpen,
	}
	put := func(c domain.GuardianCase) error {
		return s.try(func(tx *store.Tx) error { return tx.SaveGuardianCase(c) })
	}
	hidden := func(on clock.Date) (n int) {
		s.update(t, func(tx *store.Tx) error {
			all, err := tx.Hidings(on, "child-b", "child-a")
			n = len(all)
			return err
		})
		return n
	}
	if err := put(c); err != nil {
		t.Fatal(err)
	}
	s.update(t, func(tx *store.Tx) error {
		if got, err := tx.GuardianCase("case-1"); err != nil || !reflect.DeepEqual(got, c) {
			t.Errorf("got %+v, %v", got, err)
		}
		for of, want := range map[[2]string]int{{"654300", "o-9"}: 1, {"654321", "o-9"}: 0, {"654321", "o-1"}: 1} {
			if all, err := tx.OpenGuardianCases(of[0], of[1]); err != nil || len(all) != want {
				t.Errorf("%v: %v, %v", of, all, err)
			}
		}
		return nil
	})
	if n := hidden(clock.NewDate(2026, 12, 1)); n != 0 {
		t.Error("what is only asked for hides")
	}
	c.State, c.DecidedBy, c.DecidedAt = domain.CaseApplied, "o-2", now
	if err := put(c); err != nil {
		t.Fatal(err)
	}
	if hidden(clock.NewDate(2027, 1, 1)) != 1 || hidden(clock.NewDate(2027, 1, 2)) != 0 {
		t.Error("it hides to the end of its last day")
	}
	c.State = domain.CaseRefused
	if err := put(c); !errors.Is(err, outbox.ErrStale) {
		t.Errorf("decided twice: %v", err)
	}
	c.State = domain.CaseUndone
	if err := put(c); err != nil || hidden(clock.NewDate(2026, 12, 1)) != 0 {
		t.Errorf("shown again: %v", err)
	}
	own := domain.GuardianCase{ID: "case-2", Kind: domain.CaseGrown, Child: "child-a", Worker: "grown", Reason: "grew_up", Paper: "resident_card", County: "654301", Officer: "o-1", MadeAt: now, State: domain.CaseOpen}
	hides := c
	hides.ID, hides.Worker, hides.State = "case-3", "grown", domain.CaseOpen
	if err := errors.Join(put(own), put(hides)); err != nil {
		t.Fatal(err)
	}
	owns := func(worker string) (ids []string) {
		s.update(t, func(tx *store.Tx) error {
			all, err := tx.OwnCases(worker)
			for _, c := range all {
				ids = append(ids, c.ID)
			}
			return err
		})
		return ids
	}
	if mine, others := owns("grown"), owns("father"); !slices.Equal(mine, []string{"case-2"}) || others != nil {
		t.Errorf("of the own account %q, of another %q", mine, others)
	}
	own.State, own.DecidedBy, own.DecidedAt = domain.CaseRefused, "o-2", now
	if err := put(own); err != nil || owns("grown") != nil {
		t.Errorf("what is decided waits: %v", err)
	}
}
