package evidence_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/pkg/testkit"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// applications are a department's cases: rows with an id and a worker.
type applications struct {
	mu   sync.Mutex
	told []string
}

func (a *applications) OpenCases(tx *sqldb.Tx, worker string) ([]string, error) {
	return sqldb.Collect(tx, func(s sqldb.Scanner) (id string, err error) { return id, s.Scan(&id) }, `SELECT id FROM application WHERE `+person.Whose("worker", 1)+` AND decided = 0 ORDER BY id`, worker)
}

func (a *applications) EvidenceChanged(_ context.Context, _ *sqldb.Tx, c evidence.Change) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.told = append(a.told, c.CaseID+" "+c.What)
	return nil
}

func (*applications) FactEnded(context.Context, *sqldb.Tx, *platformv1.Fact) error { return nil }

// source answers for the person, as far as it has heard of joins itself.
type source struct {
	mu    sync.Mutex
	same  bool // that a and b are one person
	asked []string
}

func (s *source) Call(_ context.Context, _, _ string, req, reply proto.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := req.(*platformv1.ListFactsRequest)
	s.asked = append(s.asked, q.GetWorker())
	granter := strings.TrimPrefix(q.GetGrantId(), "grant-")
	if granter != q.GetWorker() && !s.same {
		return evidence.ErrNoGrant
	}
	for _, w := range []string{"a", "b"} {
		if w == q.GetWorker() || s.same {
			proto.Merge(reply, &platformv1.ListFactsResponse{Facts: []*platformv1.Fact{{Kind: evidence.Job, Source: "employment", SourceId: "hire-" + w, Worker: w, Since: "2026-01-01", Version: 1}}})
		}
	}
	return nil
}

func (s *source) hears(same bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.same = same
}

// A join opens to each case of a person what either reference granted and has; the
// source may hear of it later, and is asked again. A parting gives each case back what
// was its own person's, in decided cases too, and takes what was the other's.
func TestEvidenceFollowsThePerson(t *testing.T) {
	table := &fstest.MapFile{Data: []byte(`CREATE TABLE application (id TEXT PRIMARY KEY, worker TEXT NOT NULL, decided INTEGER NOT NULL)`)}
	migrations := fstest.MapFS{"migrations/sqlite/0001_a.sql": table, "migrations/postgres/0001_a.sql": table}
	testkit.EachDatabase(t, migrations, func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		ctx, stop := context.WithCancel(context.Background())
		db, c := open(t), clock.NewManual(time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC))
		tasks := task.New(db, c, testkit.Telemetry(t).For("housing"))
		cases, from := &applications{}, &source{}
		h := evidence.NewHolder("housing", db, cases, tasks, from, c)
		in := func(do func(tx *sqldb.Tx) error) {
			t.Helper()
			if err := db.Update(ctx, do); err != nil {
				t.Fatal(err)
			}
		}
		done := make(chan error, 1)
		go func() { done <- tasks.Run(ctx) }()
		defer func() {
			stop()
			if err := <-done; err != nil {
				t.Error(err)
			}
		}()
		// held is what each case has: the record, and whose grant it came under.
		held := func() (all []string) {
			t.Helper()
			in(func(tx *sqldb.Tx) (err error) {
				all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (string, error) {
					var id, record, grant, worker string
					err := s.Scan(&id, &record, &grant, &worker)
					return fmt.Sprintf("%s:%s:%s:%s", id, record, grant, worker), err
				}, `SELECT case_id, source_id, grant_id, worker FROM evidence ORDER BY case_id, source_id`)
				return err
			})
			return all
		}
		settled := func(want ...string) {
			t.Helper()
			var got []string
			testkit.Eventually(t, fmt.Sprintf("%v is held", want), func() bool {
				c.Advance(time.Minute)
				got = held()
				n, err := tasks.Pending(ctx)
				return err == nil && n == 0 && slices.Equal(got, want)
			})
		}
		in(func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(`INSERT INTO application (id, worker, decided) VALUES ('case-a', 'a', 0), ('case-b', 'b', 0), ('case-d', 'a', 0)`); err != nil {
				return err
			}
			return h.Granted(ctx, tx, evidence.Grant{ID: "grant-a", Worker: "a", Purpose: "public_rental", Recipient: "housing", Kinds: []string{evidence.Job}, From: "2026-11-01"})
		})
		before := []string{"case-a:hire-a:grant-a:a", "case-d:hire-a:grant-a:a"}
		settled(before...)
		join := person.Pair{JoinID: "j", Alias: "a", Remains: "b"}
		in(func(tx *sqldb.Tx) error {
			if err := person.Join(tx, join); err != nil {
				return err
			}
			return h.Joined(ctx, tx, "b")
		})
		testkit.Eventually(t, "a source that has not heard yet is asked", func() bool {
			from.mu.Lock()
			defer from.mu.Unlock()
			return slices.Contains(from.asked, "b")
		})
		if got := held(); !slices.Equal(got, before) {
			t.Errorf("before the source heard of it: %v", got)
		}
		from.hears(true)
		settled("case-a:hire-a:grant-a:a", "case-a:hire-b:grant-a:b", "case-b:hire-a:grant-a:a", "case-b:hire-b:grant-a:b", "case-d:hire-a:grant-a:a", "case-d:hire-b:grant-a:b")
		in(func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`UPDATE application SET decided = 1 WHERE id = 'case-d'`)
			return err
		})
		from.hears(false)
		in(func(tx *sqldb.Tx) error {
			p := person.Parting{Pair: join, At: c.Now()}
			if err := person.Part(tx, p); err != nil {
				return err
			}
			return h.Parted(ctx, tx, p)
		})
		settled(before...)
		cases.mu.Lock()
		if !slices.Contains(cases.told, "case-d retracted") {
			t.Errorf("the decided case was not told: %v", cases.told)
		}
		cases.mu.Unlock()
		// joined again, and the other's job turns out to have been this one's
		join.JoinID = "j2"
		from.hears(true)
		in(func(tx *sqldb.Tx) error {
			if err := person.Join(tx, join); err != nil {
				return err
			}
			return h.Joined(ctx, tx, "b")
		})
		settled("case-a:hire-a:grant-a:a", "case-a:hire-b:grant-a:b", "case-b:hire-a:grant-a:a", "case-b:hire-b:grant-a:b", "case-d:hire-a:grant-a:a")
		from.hears(false)
		in(func(tx *sqldb.Tx) error {
			p := person.Parting{Pair: join, ToAlias: []string{"hire-b"}, At: c.Now().Add(time.Second)}
			if err := person.Part(tx, p); err != nil {
				return err
			}
			return h.Parted(ctx, tx, p)
		})
		settled("case-a:hire-a:grant-a:a", "case-a:hire-b:grant-a:a", "case-d:hire-a:grant-a:a")
	})
}
