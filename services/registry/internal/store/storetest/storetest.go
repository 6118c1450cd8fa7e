// Package storetest is the conformance suite that both databases pass.
package storetest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
	"github.com/qiao-platform/qiao/services/registry/internal/store"
)

// suite is one database under test.
type suite struct {
	db    *sqldb.DB
	store *store.Store
}

// now is a time without a fraction that a database would drop.
var now = time.Date(2026, 11, 2, 4, 0, 0, 123456000, time.UTC)

// Run runs the suite; open gives a fresh database each time.
func Run(t *testing.T, open func(testing.TB) *sqldb.DB) {
	fresh := func(t *testing.T) suite {
		db := open(t)
		hash := func(domain, value string) []byte { sum := sha256.Sum256([]byte(domain + value)); return sum[:] }
		return suite{db, store.New(testkit.Outbox(t, "registry", db), task.New(db, clock.System(), testkit.Telemetry(t).For("registry")), clock.NewManual(now), hash)}
	}
	for name, test := range map[string]func(*testing.T, suite){
		"a worker survives the round trip":         workerRoundTrip,
		"a document has one account":               documentOnce,
		"64 register the same person":              contenders,
		"a stale version is refused":               stale,
		"a rollback leaves neither":                rollback,
		"a child has one row":                      children,
		"a child has its guardians":                guardians,
		"what guardians' cases hide ends":          guardianCases,
		"what was said keeps its channel":          saidBy,
		"a consent survives the round trip":        consents,
		"a correction leaves its event":            corrections,
		"a contact case ends once":                 contactCases,
		"a join case is kept whole":                joinCases,
		"joined records are one person":            joinedAccounts,
		"a death is taken back":                    deaths,
		"access lines are linked":                  accessLines,
		"concurrent reads lose no line":            concurrentReads,
		"an altered access log shows":              alteredAccess,
		"a timeline takes each event once":         timelineOnce,
		"a timeline's pages are stable":            timelinePages,
		"a message is kept and delivered once":     messages,
		"a closed account is forgotten":            forget,
		"what is under way does not come back":     closingStopsWhatIsUnderWay,
		"what is not there":                        missing,
		"likenesses find who shares them":          likenesses,
		"a pair is kept once":                      doubles,
		"the records of before are looked through": olds,
		"a document case ends once":                documentCases,
		"former values find the record":            formerValues,
		"telephones find who gave them":            telephones,
		"the numbers of before are looked through": phoneOlds,
		"who was not reached is looked for":        undelivered,
	} {
		t.Run(name, func(t *testing.T) { test(t, fresh(t)) })
	}
}

func (s suite) update(t testing.TB, f func(*store.Tx) error) {
	t.Helper()
	if err := s.try(f); err != nil {
		t.Error(err)
	}
}

func (s suite) try(f func(*store.Tx) error) error {
	return s.db.Update(context.Background(), func(tx *sqldb.Tx) error { return f(s.store.In(tx)) })
}

func (s suite) exec(t testing.TB, query string, args ...any) {
	t.Helper()
	if err := s.db.Update(context.Background(), func(tx *sqldb.Tx) error { _, err := tx.Exec(query, args...); return err }); err != nil {
		t.Fatal(err)
	}
}

func (s suite) count(t testing.TB, query string, args ...any) (n int) {
	t.Helper()
	if err := s.db.View(context.Background(), func(tx *sqldb.Tx) error { return tx.QueryRow(query, args...).Scan(&n) }); err != nil {
		t.Fatal(err)
	}
	return n
}

// worker is an account whose sealed parts are any bytes.
func worker(id, document string) (domain.Worker, []domain.Event) {
	return domain.Register(id, []byte(document), []byte("sealed\x00number"), []byte("sealed 桥"), domain.Registration{
		County: "654301", Languages: []string{"kk-Arab", "zh-Hans"}, RegisteredOn: clock.NewDate(2026, 10, 31), NoticeVersion: "告知书2026-1", JudgedOn: clock.NewDate(2026, 11, 2),
	})
}

func (s suite) register(t testing.TB, id, document string) domain.Worker {
	t.Helper()
	w, events := worker(id, document)
	s.update(t, func(tx *store.Tx) error { return tx.SaveWorker(context.Background(), w, events...) })
	w.Version = 1
	return w
}

func workerRoundTrip(t *testing.T, s suite) {
	want := s.register(t, "Worker-Az.9_b", "index")
	s.update(t, func(tx *store.Tx) error {
		got, err := tx.Worker(want.ID)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
		if peeked, err := tx.PeekWorker(want.ID); err != nil || !reflect.DeepEqual(peeked, want) {
			t.Errorf("got %+v, %v", peeked, err)
		}
		if found, ok, err := tx.WorkerByDocument([]byte("index")); err != nil || !ok || found.ID != want.ID {
			t.Errorf("by document: %+v, %v, %v", found, ok, err)
		}
		if _, err := tx.Worker("worker-Az.9_b"); !errors.Is(err, domain.ErrWorkerUnknown) { // ids are case-sensitive
			t.Errorf("another case: %v", err)
		}
		if closed, err := tx.Standing(want.ID); closed || err != nil {
			t.Errorf("standing: %v, %v", closed, err)
		}
		closed, events, err := want.Close(clock.NewDate(2026, 11, 3))
		if err != nil {
			return err
		}
		return tx.SaveWorker(context.Background(), closed, events...)
	})
	s.update(t, func(tx *store.Tx) error {
		got, err := tx.Worker(want.ID)
		if err != nil || got.DocumentIndex != nil || len(got.Document)+len(got.Profile) != 0 || got.Languages != nil || got.ClosedOn != clock.NewDate(2026, 11, 3) || got.Version != 2 {
			t.Errorf("closed: %+v, %v", got, err)
		}
		if closed, err := tx.Standing(want.ID); !closed || err != nil {
			t.Errorf("standing: %v, %v", closed, err)
		}
		return nil
	})
	s.register(t, "anew", "index")
	if got := testkit.Events(t, s.db); !slices.Equal(got, []string{"registry.worker.registered.v1", "registry.account.closed.v1", "registry.worker.registered.v1"}) {
		t.Errorf("events %v", got)
	}
}

func documentOnce(t *testing.T, s suite) {
	s.register(t, "one", "index")
	w, events := worker("two", "index")
	if err := s.try(func(tx *store.Tx) error { return tx.SaveWorker(context.Background(), w, events...) }); !errors.Is(err, domain.ErrDocumentTaken) {
		t.Error(err)
	}
	s.register(t, "three", "Index")
}

func contenders(t *testing.T, s suite) {
	var won, lost atomic.Int64
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			w, events := worker(fmt.Sprintf("worker-%d", i), "the same")
			err := s.try(func(tx *store.Tx) error { return tx.SaveWorker(context.Background(), w, events...) })
			switch {
			case err == nil:
				won.Add(1)
			case errors.Is(err, domain.ErrDocumentTaken):
				lost.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 || lost.Load() != 63 || s.count(t, `SELECT count(*) FROM worker`) != 1 || len(testkit.Events(t, s.db)) != 1 {
		t.Errorf("%d won, %d lost", won.Load(), lost.Load())
	}
}

func stale(t *testing.T, s suite) {
	w := s.register(t, "w", "index")
	change := func(v int64) error {
		w.Version = v
		next, events, err := w.UpdateContact([]byte("new"), "654321", nil)
		if err != nil {
			return err
		}
		return s.try(func(tx *store.Tx) error { return tx.SaveWorker(context.Background(), next, events...) })
	}
	if err := change(1); err != nil {
		t.Fatal(err)
	}
	if err := change(1); !errors.Is(err, outbox.ErrStale) {
		t.Error(err)
	}
	c, events := consent(t, "g")
	s.update(t, func(tx *store.Tx) error { return tx.SaveConsent(context.Background(), c, events...) })
	c, events, err := c.Withdraw(now) // its version is 1 now, not 0
	if err != nil {
		t.Fatal(err)
	}
	if err := s.try(func(tx *store.Tx) error { return tx.SaveConsent(context.Background(), c, events...) }); !errors.Is(err, outbox.ErrStale) {
		t.Error(err)
	}
}

func rollback(t *testing.T, s suite) {
	w, events := worker("w", "index")
	testkit.RollsBack(t, s.db, func(tx *sqldb.Tx) error { return s.store.In(tx).SaveWorker(context.Background(), w, events...) },
		func(tx *sqldb.Tx) (n int, err error) { return n, tx.QueryRow(`SELECT count(*) FROM worker`).Scan(&n) })
	testkit.RollsBack(t, s.db, func(tx *sqldb.Tx) error { return s.store.In(tx).LogAccess("w", domain.Access{At: now}) },
		func(tx *sqldb.Tx) (n int, err error) {
			return n, tx.QueryRow(`SELECT (SELECT count(*) FROM access_line) + (SELECT count(*) FROM access_head)`).Scan(&n)
		})
}

func children(t *testing.T, s suite) {
	s.register(t, "guardian", "index")
	c, events := domain.RegisterChild("child-Az.9", "guardian", []byte("identity"), []byte("sealed"), "654301")
	s.update(t, func(tx *store.Tx) error {
		return errors.Join(tx.SaveChild(context.Background(), c, events...), tx.SaveGuardian(context.Background(), domain.FirstGuardian("g", c, now)))
	})
	c.Version = 1
	s.update(t, func(tx *store.Tx) error {
		if got, err := tx.PeekChild("child-Az.9"); err != nil || !reflect.DeepEqual(got, c) {
			t.Errorf("got %+v, %v", got, err)
		}
		if got, ok, err := tx.ChildByIdentity([]byte("identity")); err != nil || !ok || got.ID != c.ID {
			t.Errorf("got %+v, %v, %v", got, ok, err)
		}
		all, err := tx.ChildrenOf("guardian")
		if len(all) != 1 {
			t.Errorf("%v", all)
		}
		found, err2 := tx.PeekChildren([]string{"none", c.ID})
		if len(found) != 1 || !reflect.DeepEqual(found[c.ID], c) {
			t.Errorf("%v", found)
		}
		accounts, err3 := tx.PeekAccounts([]string{"guardian", "none"})
		if len(accounts) != 1 || accounts["guardian"].ID != "guardian" {
			t.Errorf("%v", accounts)
		}
		return errors.Join(err, err2, err3)
	})
	s.register(t, "alias", "index of the alias")
	s.register(t, "childless", "index of the childless")
	if err := s.db.Update(context.Background(), func(tx *sqldb.Tx) error {
		if err := person.Join(tx, person.Pair{JoinID: "join-1", Alias: "alias", Remains: "guardian"}); err != nil {
			return err
		}
		parents, err := s.store.In(tx).ParentsAmong([]string{"childless", "alias", "guardian", "none"})
		if want := map[string]bool{"alias": true, "guardian": true}; !maps.Equal(parents, want) {
			t.Errorf("%v", parents)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
	c.ID, c.Version = "child-2", 0
	if err := s.try(func(tx *store.Tx) error { return tx.SaveChild(context.Background(), c, events...) }); !errors.Is(err, domain.ErrChildTaken) {
		t.Error(err)
	}
}

// saidBy keeps through which channel a contact was said, and finds a child of the
// same likeness.
func saidBy(t *testing.T, s suite) {
	ctx := context.Background()
	w := s.register(t, "w-1", "document-1")
	at := time.Date(2026, 11, 2, 3, 4, 5, 0, time.UTC)
	s.update(t, func(tx *store.Tx) error {
		if got, err := tx.PeekWorker(w.ID); err != nil || got.ContactVia != "" || !got.ContactAt.IsZero() {
			t.Errorf("%+v, %v", got, err)
		}
		w.ContactVia, w.ContactAt = "web", at
		return tx.SaveWorker(ctx, w, domain.ContactUpdated{County: w.County})
	})
	s.update(t, func(tx *store.Tx) error {
		if got, err := tx.PeekWorker(w.ID); err != nil || got.ContactVia != "web" || !got.ContactAt.Equal(at) {
			t.Errorf("%+v, %v", got, err)
		}
		c, events := domain.RegisterChild("c-1", w.ID, []byte("identity"), []byte("sealed"), "654301")
		c.Likeness = []byte("like")
		return tx.SaveChild(ctx, c, events...)
	})
	s.update(t, func(tx *store.Tx) error {
		for likeness, want := range map[string]bool{"like": true, "other": false} {
			if got, err := tx.LikeChild([]byte(likeness)); err != nil || got != want {
				t.Errorf("%s: %v, %v", likeness, got, err)
			}
		}
		return nil
	})
}

// facts is a table of kinds of facts like the contract's.
var facts = domain.FactKinds{
	"job":   {Source: "employment", Holders: map[string]string{"education": "school_place"}},
	"lease": {Source: "housing", Holders: map[string]string{"education": "school_place"}},
}

func consent(t testing.TB, id string) (domain.Consent, []domain.Event) {
	t.Helper()
	c, events, err := domain.Grant(id, "w", "654301", domain.ConsentForm{
		Purpose: "school_place", Kinds: []string{"lease", "job"}, Recipient: "education", From: "2026-11-01", To: "2027-11-01", NoticeVersion: "告知书2026-1", Language: "ug-Arab",
	}, facts, clock.NewDate(2026, 11, 2))
	if err != nil {
		t.Fatal(err)
	}
	return c, events
}

func consents(t *testing.T, s suite) {
	c, events := consent(t, "grant-Az.9")
	s.update(t, func(tx *store.Tx) error { return tx.SaveConsent(context.Background(), c, events...) })
	c.Version = 1
	s.update(t, func(tx *store.Tx) error {
		got, err := tx.Consent("grant-Az.9")
		if err != nil || !reflect.DeepEqual(got, c) {
			t.Errorf("got %+v, %v; want %+v", got, err, c)
		}
		got, events, err := got.Withdraw(now)
		if err != nil {
			return err
		}
		return tx.SaveConsent(context.Background(), got, events...)
	})
	s.update(t, func(tx *store.Tx) error {
		all, err := tx.Consents("w")
		if len(all) != 1 || !all[0].WithdrawnAt.Equal(now) || all[0].Version != 2 {
			t.Errorf("%+v", all)
		}
		return err
	})
	if got := testkit.Events(t, s.db); !slices.Equal(got, []string{"registry.consent.granted.v1", "registry.consent.withdrawn.v1"}) {
		t.Errorf("events %v", got)
	}
}

func corrections(t *testing.T, s suite) {
	c, events, err := domain.Correct(domain.Correction{ID: "c", Worker: "w", Source: "employment", SourceID: "hire-1", Kind: "job", Reason: "not_mine", MadeAt: now}, facts)
	if err != nil {
		t.Fatal(err)
	}
	s.update(t, func(tx *store.Tx) error { return tx.SaveCorrection(context.Background(), c, events...) })
	if got := testkit.Events(t, s.db); !slices.Equal(got, []string{"registry.fact.corrected.v1"}) || s.count(t, `SELECT count(*) FROM correction WHERE worker = 'w'`) != 1 {
		t.Errorf("events %v", got)
	}
}

func missing(t *testing.T, s suite) {
	s.update(t, func(tx *store.Tx) error {
		for want, err := range map[error]error{
			domain.ErrWorkerUnknown: second(tx.Worker("none")), domain.ErrChildUnknown: second(tx.PeekChild("none")),
			domain.ErrGrantUnknown: second(tx.Consent("none")), domain.ErrMessageUnknown: second(tx.Message("none")),
		} {
			if !errors.Is(err, want) {
				t.Errorf("%v, want %v", err, want)
			}
		}
		if _, err := tx.Standing("none"); !errors.Is(err, domain.ErrWorkerUnknown) {
			t.Errorf("its standing: %v", err)
		}
		if _, found, err := tx.WorkerByDocument([]byte("none")); found || err != nil {
			t.Errorf("%v, %v", found, err)
		}
		if _, found, err := tx.ChildByIdentity([]byte("none")); found || err != nil {
			t.Errorf("%v, %v", found, err)
		}
		if all, err := tx.Accesses([]string{"none"}, 5); len(all) != 0 || err != nil {
			t.Errorf("%v, %v", all, err)
		}
		return nil
	})
}

func second[T any](_ T, err error) error { return err }
