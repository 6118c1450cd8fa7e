package evidence_test

import (
	"context"
	"maps"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/pkg/testkit"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// cases is one open case; changed runs in the transaction that has put a fact.
type cases struct{ changed func() }

func (cases) OpenCases(*sqldb.Tx, string) ([]string, error) { return []string{"case-1"}, nil }

func (c cases) EvidenceChanged(_ context.Context, _ *sqldb.Tx, ch evidence.Change) error {
	if ch.What == evidence.Recorded {
		c.changed()
	}
	return nil
}

func (cases) FactEnded(context.Context, *sqldb.Tx, *platformv1.Fact) error { return nil }

// department answers every question with one job.
type department struct{}

func (department) Call(_ context.Context, _, _ string, _, reply proto.Message) error {
	proto.Merge(reply, &platformv1.ListFactsResponse{Facts: []*platformv1.Fact{{Kind: evidence.Job, Source: "employment", SourceId: "hire-1", Worker: "worker-1", Version: 1}}})
	return nil
}

// S12: a retraction that comes while an answer is being written is not
// overtaken by it, on either database.
func TestARetractedRecordDoesNotComeBack(t *testing.T) {
	testkit.EachDatabase(t, nil, func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		ctx, stop := context.WithCancel(context.Background())
		db, c := open(t), clock.NewManual(time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC))
		tasks := task.New(db, c, testkit.Telemetry(t).For("housing"))
		retracted := make(chan error, 1)
		var h *evidence.Holder
		h = evidence.NewHolder("housing", db, cases{changed: func() {
			begun := make(chan struct{})
			go func() {
				close(begun)
				retracted <- db.Update(ctx, func(tx *sqldb.Tx) error {
					return h.Retracted(ctx, tx, "worker-1", "employment", "hire-1")
				})
			}()
			<-begun
			if db.Dialect() == sqldb.Postgres { // SQLite's one writer makes it wait
				testkit.Eventually(t, "the retraction waits or is done", func() bool { return len(retracted) == 1 || waiting(t, db) })
			}
		}}, tasks, department{}, c)
		if err := db.Update(ctx, func(tx *sqldb.Tx) error {
			return h.Granted(ctx, tx, evidence.Grant{ID: "grant-1", Worker: "worker-1", Purpose: "public_rental", Recipient: "housing", Kinds: []string{evidence.Job}, From: "2026-11-01"})
		}); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- tasks.Run(ctx) }()
		if err := <-retracted; err != nil {
			t.Error(err)
		}
		testkit.Eventually(t, "the question is answered", func() bool { n, err := tasks.Pending(ctx); return err == nil && n == 0 })
		if err := db.View(ctx, func(tx *sqldb.Tx) error {
			held, err := evidence.Of(tx, "case-1", clock.Today(c))
			if len(held) != 0 {
				t.Errorf("the retracted record is held: %v", held)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// sources answer with one fact each, but for one that is away; they count how
// often they were asked.
type sources struct {
	mu    sync.Mutex
	away  string
	asked map[string]int
}

func (s *sources) Call(_ context.Context, service, _ string, req, reply proto.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[service]++
	if service == s.away {
		return errs.New(errs.Unavailable, "rpc.unavailable", "The service does not answer at the moment.")
	}
	kind := req.(*platformv1.ListFactsRequest).GetKinds()[0]
	proto.Merge(reply, &platformv1.ListFactsResponse{Facts: []*platformv1.Fact{{Kind: kind, Source: service, SourceId: kind + "-1", Worker: "worker-1", Version: 1}}})
	return nil
}

// heal lets all answer, and tells how often each had been asked.
func (s *sources) heal() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = ""
	return maps.Clone(s.asked)
}

// A source that is away holds up none of the others, and they are not asked again
// for it: each look is a line in the worker's log.
func TestOneSilentSource(t *testing.T) {
	testkit.EachDatabase(t, nil, func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		ctx, stop := context.WithCancel(context.Background())
		db, c := open(t), clock.NewManual(time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC))
		tasks := task.New(db, c, testkit.Telemetry(t).For("education"))
		from := &sources{away: "insurance", asked: map[string]int{}}
		h := evidence.NewHolder("education", db, cases{changed: func() {}}, tasks, from, c)
		if err := db.Update(ctx, func(tx *sqldb.Tx) error {
			return h.Granted(ctx, tx, evidence.Grant{ID: "grant-1", Worker: "worker-1", Purpose: "school_place", Recipient: "education",
				Kinds: []string{evidence.InsuranceMonths, evidence.Job, evidence.Lease}, From: "2026-11-01"})
		}); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- tasks.Run(ctx) }()
		held := func(n int) func() bool {
			return func() bool {
				c.Advance(time.Second) // a question that failed is asked again after a while
				var all []evidence.Evidence
				err := db.View(ctx, func(tx *sqldb.Tx) (err error) {
					all, err = evidence.Of(tx, "case-1", clock.Today(c))
					return err
				})
				return err == nil && len(all) == n
			}
		}
		testkit.Eventually(t, "the others have answered", held(2))
		testkit.Eventually(t, "the silent one is asked again", func() bool {
			c.Advance(time.Second)
			from.mu.Lock()
			defer from.mu.Unlock()
			return from.asked["insurance"] > 2
		})
		_ = from.heal()
		testkit.Eventually(t, "all have answered", held(3))
		if asked := from.heal(); asked["employment"] != 1 || asked["housing"] != 1 {
			t.Errorf("asked %v", asked)
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// waiting reports whether a transaction waits for a lock.
func waiting(t *testing.T, db *sqldb.DB) (yes bool) {
	if err := db.View(context.Background(), func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)`).Scan(&yes)
	}); err != nil {
		t.Error(err)
	}
	return yes
}
