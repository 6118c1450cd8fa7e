package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// kept is a store in memory, of what joining touches; what else is asked of it panics.
type kept struct {
	Store
	workers  map[string]domain.Worker
	cases    map[string]domain.JoinCase
	messages []domain.Message
	joins    map[string]domain.JoinCase // that stand, by id, as the events say
	keys     map[string]bool
}

func (k *kept) LockPersons() error { return nil }
func (k *kept) LockJoins() error   { return nil }

func (k *kept) LockCases([]string) error    { return nil }
func (k *kept) LockNewCases([]string) error { return nil }

func (k *kept) Account(id string) (domain.Worker, error) {
	w, ok := k.workers[id]
	if !ok {
		return w, domain.ErrWorkerUnknown
	}
	return w, nil
}

func (k *kept) PeekAccount(id string) (domain.Worker, error) { return k.Account(id) }

func (k *kept) Worker(id string) (domain.Worker, error) {
	w, err := k.Account(id)
	for range len(k.workers) + 1 {
		if err != nil || w.JoinedInto == "" {
			return w, err
		}
		w, err = k.Account(w.JoinedInto)
	}
	return w, errors.New("the aliases go round in a circle")
}

func (k *kept) SharedWorker(id string) (domain.Worker, error) { return k.Worker(id) }

func (k *kept) PeekWorker(id string) (domain.Worker, error) { return k.Worker(id) }

func (k *kept) Aliases(worker string) ([]string, error) {
	found := []string{worker}
	for i := 0; i < len(found); i++ {
		for _, id := range slices.Sorted(maps.Keys(k.workers)) {
			if k.workers[id].JoinedInto == found[i] {
				found = append(found, id)
			}
		}
	}
	return found[1:], nil
}

func (k *kept) SaveWorker(_ context.Context, w domain.Worker, events ...domain.Event) error {
	for _, e := range events {
		if c, is := e.(domain.AccountClosed); is && c.ClosedOn.IsZero() {
			return errors.New("closed on no day")
		}
	}
	w.Version++
	k.workers[w.ID] = w
	return nil
}

func (k *kept) JoinCase(id string) (domain.JoinCase, error) {
	c, ok := k.cases[id]
	if !ok {
		return c, domain.ErrJoinCaseUnknown
	}
	return c, nil
}

func (k *kept) PeekJoinCase(id string) (domain.JoinCase, error) { return k.JoinCase(id) }

func (k *kept) SaveJoinCase(_ context.Context, c domain.JoinCase) error {
	c.Version++
	k.cases[c.ID] = c
	return nil
}

func (k *kept) JoinCasesOf(workers []string) (all []domain.JoinCase, err error) {
	for _, id := range slices.Sorted(maps.Keys(k.cases)) {
		if c := k.cases[id]; slices.Contains(workers, c.Into.Worker) || slices.Contains(workers, c.Alias.Worker) {
			all = append(all, c)
		}
	}
	return all, nil
}

func (k *kept) StepsSince([]string, time.Time, int) ([]domain.Step, error) { return nil, nil }

func (k *kept) Join(c domain.JoinCase) error {
	k.joins[c.ID] = c
	return nil
}

func (k *kept) Part(_ context.Context, c domain.JoinCase) error {
	delete(k.joins, c.JoinID)
	return nil
}

func (k *kept) LogAccess(worker string, _ domain.Access) error {
	_, err := k.Account(worker)
	return err
}

func (k *kept) Died(string) (bool, error) { return false, nil }

func (k *kept) AddMessage(_ context.Context, m domain.Message) error {
	k.messages = append(k.messages, m)
	return nil
}

func (k *kept) GuardianRows(string) ([]domain.Guardian, error) { return nil, nil }

func (k *kept) Consents(string) ([]domain.Consent, error) { return nil, nil }
func (k *kept) ChildrenOf(string) ([]domain.Child, error) { return nil, nil }
func (k *kept) Forget(_ context.Context, worker string, _ []string) error {
	delete(k.keys, worker)
	return nil
}

func (k *kept) View(_ context.Context, fn func(Store) error) error   { return fn(k) }
func (k *kept) Look(_ context.Context, fn func(Store) error) error   { return fn(k) }
func (k *kept) Change(_ context.Context, fn func(Store) error) error { return fn(k) }

// vault knows whose key stands.
type vaultOf struct {
	Vault
	keys map[string]bool
}

func (v vaultOf) Key(_ context.Context, owner string) (Key, error) {
	if !v.keys[owner] {
		return nil, domain.ErrWorkerClosed
	}
	return nil, nil
}

// Joining, objecting, deciding, parting and closing in any order, by several
// officers: each reference leads to one that answers and never round in a circle,
// who is one person is what the joins that stand come to, and nobody decides what
// they opened, before the person had the time to object, or against the person's
// word.
func TestJoinsInAnyOrder(t *testing.T) {
	rules, err1 := rule.Load()
	calendar, err2 := clock.LoadCalendar()
	tables, err3 := ident.LoadTables()
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	counties := []string{"654301", "654321"}
	reached := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		now := clock.NewManual(time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC))
		k := &kept{workers: map[string]domain.Worker{}, cases: map[string]domain.JoinCase{}, joins: map[string]domain.JoinCase{}, keys: map[string]bool{}}
		made := 0
		a := &App{Clock: now, Rules: rules, Calendar: calendar, Tables: tables, Vault: vaultOf{keys: k.keys}, Data: k, NewID: func() string {
			made++
			return fmt.Sprintf("id-%03d", made)
		}, Kind: func(string) string { return "" }}
		var people []string
		for i := range 5 {
			id := fmt.Sprintf("w-%d", i)
			people = append(people, id)
			k.keys[id] = true
			k.workers[id] = domain.Worker{
				ID: id, County: counties[i%2], RegisteredOn: clock.NewDate(2026, 1, 1+i%3), ContactVia: []string{"import", "web"}[i%2], Version: 1,
			}
		}
		officer := rapid.Custom(func(t *rapid.T) context.Context {
			return auth.NewContext(context.Background(), auth.Principal{
				Kind: auth.Officer, Subject: rapid.SampledFrom([]string{"a-1", "a-2", "b-1"}).Draw(t, "officer"), Department: "hrss", Purpose: "person_case",
				Division: rapid.SampledFrom(append([]string{"654300", "654300", "654300"}, counties...)).Draw(t, "division"),
			})
		})
		who := rapid.SampledFrom(people)
		pick := func(t *rapid.T) domain.JoinCase {
			ids := slices.Sorted(maps.Keys(k.cases))
			if len(ids) == 0 {
				t.Skip("no case yet")
			}
			return k.cases[rapid.SampledFrom(ids).Draw(t, "case")]
		}
		t.Repeat(map[string]func(*rapid.T){
			"open": func(t *rapid.T) {
				one, two := who.Draw(t, "one"), who.Draw(t, "two")
				id, err := a.OpenJoin(officer.Draw(t, "by"), k, one, two, rapid.Bool().Draw(t, "the other remains"), domain.Grounds{Reason: "other", Paper: "witness"})
				if err == nil && (!k.open(one) || !k.open(two) || k.root(one) == k.root(two)) {
					t.Fatalf("%s joins %s and %s", id, one, two)
				}
			},
			"open a circle": func(t *rapid.T) {
				three := rapid.Permutation(people).Draw(t, "three")
				for i := range 3 {
					_, _ = a.OpenJoin(officer.Draw(t, "by"), k, three[i], three[(i+1)%3], false, domain.Grounds{Reason: "other", Paper: "witness"})
				}
			},
			"arrive": func(t *rapid.T) {
				for _, m := range k.messages {
					if err := a.askedArrived(context.Background(), k, m); err != nil {
						t.Fatal(err)
					}
				}
				k.messages = nil
			},
			"wait": func(*rapid.T) { now.Advance(8 * 24 * time.Hour) },
			"settle": func(t *rapid.T) { // everybody is told and says nothing, and all that is open is agreed to
				for _, m := range k.messages {
					if err := a.askedArrived(context.Background(), k, m); err != nil {
						t.Fatal(err)
					}
				}
				k.messages = nil
				now.Advance(21 * 24 * time.Hour)
				for _, id := range slices.Sorted(maps.Keys(k.cases)) {
					by := auth.Principal{Kind: auth.Officer, Subject: "c-9", Department: "hrss", Purpose: "person_case", Division: "654300"}
					_, err := a.decideJoin(auth.NewContext(context.Background(), by), k, id, Decision{Approve: true, Revision: k.cases[id].Version})
					if err == nil {
						reached[k.cases[id].Kind+" "+k.cases[id].State]++
					}
				}
			},
			"object": func(t *rapid.T) {
				c := pick(t)
				person := who.Draw(t, "person")
				_, err := a.ObjectJoin(auth.NewContext(context.Background(), auth.Principal{Kind: auth.Worker, Subject: person}), k, c.ID)
				if err == nil && person != c.Into.Worker && person != c.Alias.Worker {
					t.Fatalf("%s objects to %+v", person, c)
				}
				if err == nil && c.Kind == domain.KindJoin && c.State == domain.CaseOpen && k.cases[c.ID].State != domain.CaseObjected {
					t.Fatal("a join goes on against the person's word")
				}
			},
			"hear": func(t *rapid.T) {
				c := pick(t)
				_, _ = a.HearPerson(officer.Draw(t, "by"), k, c.ID, rapid.SampledFrom([]string{"into", "alias"}).Draw(t, "side"), "witness", rapid.IntRange(0, 3).Draw(t, "no") > 0)
			},
			"decide": func(t *rapid.T) {
				c, by := pick(t), officer.Draw(t, "by")
				p, _ := auth.FromContext(by)
				once := func(_ context.Context, fn func(Store) (string, error)) (string, error) { return fn(k) }
				approve := rapid.Bool().Draw(t, "agree")
				state, err := a.DecideJoin(by, once, c.ID, Decision{Approve: approve, Revision: c.Version})
				if err != nil {
					if k.cases[c.ID].State != c.State {
						t.Fatalf("refused with %v, and the case is %s", err, k.cases[c.ID].State)
					}
					return
				}
				reached[c.Kind+" "+state]++
				seen := seenBy(p)
				switch {
				case p.Subject == c.Officer, c.State != domain.CaseOpen:
					t.Fatalf("%s decides %+v", p.Subject, c)
				case approve && c.Waits(clock.Today(now)) != "":
					t.Fatalf("decided while it waits for %s", c.Waits(clock.Today(now)))
				case !c.Into.Seen && !seen(c.Into.County), !c.Alias.Seen && !seen(c.Alias.County):
					t.Fatal("nobody saw one of the two records")
				}
			},
			"part": func(t *rapid.T) {
				g := domain.Grounds{Reason: "joined_wrong", Paper: "witness"}
				if rapid.Bool().Draw(t, "mixed") {
					_, _ = a.OpenParting(officer.Draw(t, "by"), k, "", who.Draw(t, "one"), who.Draw(t, "two"), g)
					return
				}
				c := pick(t)
				id, err := a.OpenParting(officer.Draw(t, "by"), k, c.ID, "", "", g)
				if err == nil && k.joins[c.ID].ID == "" {
					t.Fatalf("%s parts what is not joined", id)
				}
			},
			"close": func(t *rapid.T) {
				if rapid.IntRange(0, 5).Draw(t, "rarely") > 0 {
					t.Skip("not now")
				}
				person := who.Draw(t, "person")
				class := k.class(person)
				if err := a.CloseAccount(auth.NewContext(context.Background(), auth.Principal{Kind: auth.Worker, Subject: person}), k, person); err != nil {
					return
				}
				reached["closed"]++
				for _, w := range class {
					if k.open(w) || k.keys[w] {
						t.Fatalf("%s closed the account, and %s is open", person, w)
					}
				}
			},
			"": func(t *rapid.T) {
				for _, w := range people {
					root, err := k.Worker(w)
					if err != nil {
						t.Fatalf("%s: %v", w, err)
					}
					if _, err := k.Worker(root.ID); err != nil || root.JoinedInto != "" {
						t.Fatalf("%s leads to %+v, %v", w, root, err)
					}
					if root.Open() == nil != k.open(w) {
						t.Fatalf("%s is open: %v; %s, which answers for it, is not", w, k.open(w), root.ID)
					}
					mine, err := references(k, w)
					slices.Sort(mine)
					if want := k.class(w); err != nil || !slices.Equal(mine, want) {
						t.Fatalf("%s is %v, and the joins that stand say %v", w, mine, want)
					}
				}
				for _, c := range k.cases {
					if c.Into.Worker == c.Alias.Worker {
						t.Fatalf("%s is joined with itself", c.Into.Worker)
					}
					stands := k.joins[c.ID].ID != ""
					if c.Kind == domain.KindJoin && stands != (c.State == domain.CaseApplied) {
						t.Fatalf("a case is %s, and its join stands: %v", c.State, stands)
					}
					if c.State == domain.CaseOpen && c.Kind == domain.KindJoin && (!k.open(c.Into.Worker) || !k.open(c.Alias.Worker)) {
						t.Fatalf("a case about a closed account is open")
					}
				}
			},
		})
	})
	for _, what := range []string{"join applied", "join refused", "part applied", "closed"} {
		if reached[what] == 0 {
			t.Errorf("no run came to %q: %v", what, reached)
		}
	}
}

func (k *kept) open(worker string) bool { return k.workers[worker].ClosedOn.IsZero() }

func (k *kept) root(worker string) string {
	w, _ := k.Worker(worker)
	return w.ID
}

// class is who is one person by the joins that stand alone.
func (k *kept) class(worker string) []string {
	found := []string{worker}
	for i := 0; i < len(found); i++ {
		for _, c := range k.joins {
			for _, pair := range [][2]string{{c.Into.Worker, c.Alias.Worker}, {c.Alias.Worker, c.Into.Worker}} {
				if pair[0] == found[i] && !slices.Contains(found, pair[1]) {
					found = append(found, pair[1])
				}
			}
		}
	}
	slices.Sort(found)
	return found
}
