package registry_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry"
)

// steps lists the whole timeline table, each row as one line.
func steps(t *testing.T, db *sqldb.DB) map[string]bool {
	t.Helper()
	rows := map[string]bool{}
	err := db.View(context.Background(), func(tx *sqldb.Tx) error {
		all, err := sqldb.Collect(tx, func(s sqldb.Scanner) (string, error) {
			var worker, id, kind, trace string
			var at int64
			var data []byte
			err := s.Scan(&worker, &id, &kind, &trace, &at, &data)
			return fmt.Sprintf("%s %s %s %s %d %x", worker, id, kind, trace, at, data), err
		}, `SELECT worker, event_id, type, trace_id, occurred_at, data FROM timeline`)
		for _, r := range all {
			rows[r] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func (f *fixture) rebuild(t *testing.T) *platformv1.RebuildStatus {
	t.Helper()
	s, err := platformv1.OpsClient{Caller: f.Client(), Target: registry.Name}.GetStatus(f.Officer("ops"), &platformv1.GetStatusRequest{})
	if err != nil || len(s.GetRebuilds()) != 1 {
		t.Fatalf("%v, %v", s.GetRebuilds(), err)
	}
	return s.GetRebuilds()[0]
}

// A timeline that lost rows and holds one too many is made anew from the
// publishers' event tables, while events go on coming and an account is closed.
func TestTheTimelineIsRebuiltWhileItServes(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { rebuilt(t, "") })
	t.Run("postgres", func(t *testing.T) { rebuilt(t, testkit.Postgres(t)(t)) })
}

func rebuilt(t *testing.T, database string) {
	f := startOn(t, database)
	if database == "" {
		database = f.Deps(registry.Name).Database
	}
	db, err := sqldb.Open(context.Background(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	ops := platformv1.OpsClient{Caller: f.Client(), Target: registry.Name}
	worker, leaver := f.register(t, 1), f.register(t, 2)
	publish := func(from, to int) {
		for i := from; i < to; i++ {
			of := worker
			if i%3 == 0 {
				of = leaver
			}
			id := fmt.Sprintf("hire-%d", i)
			f.others["employment"].Publish(outbox.Subject{Aggregate: id, Worker: of, Division: "654301"}, &employmentv1.HireRegistered{HireId: id})
		}
	}
	publish(0, 1500)
	f.Settle()
	whole := steps(t, db)
	if len(whole) != 1502 {
		t.Fatalf("%d steps", len(whole))
	}
	if s := f.rebuild(t); s.GetModel() != "timeline" || s.GetState() != "" {
		t.Errorf("before the first: %v", s)
	}
	err = db.Update(context.Background(), func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(`DELETE FROM timeline WHERE type = 'employment.hire.registered.v1' AND event_id > (SELECT min(event_id) FROM timeline)`); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE timeline SET division = '000000', event_id = 'invented'`)
		return err
	})
	if err == nil && len(steps(t, db)) > 10 {
		t.Fatal("nothing was damaged")
	}
	if err != nil { // the two that are left have one worker each
		t.Fatal(err)
	}

	if _, err := ops.Rebuild(f.Officer("ops"), &platformv1.RebuildRequest{Model: "timeline", Reason: "no"}); errs.KindOf(err) != errs.Invalid {
		t.Errorf("without a reason: %v", err)
	}
	if _, err := ops.Rebuild(f.Officer("ops"), &platformv1.RebuildRequest{Model: "nothing", Reason: "rows are missing"}); errs.KindOf(err) != errs.NotFound {
		t.Errorf("an unknown model: %v", err)
	}
	if _, err := ops.Rebuild(f.Officer("hrss"), &platformv1.RebuildRequest{Model: "timeline", Reason: "rows are missing"}); errs.KindOf(err) != errs.Denied {
		t.Errorf("another department: %v", err)
	}
	if _, err := ops.Rebuild(f.Officer("ops"), &platformv1.RebuildRequest{Model: "timeline", Reason: "rows are missing"}); err != nil {
		t.Fatal(err)
	}
	if _, err := ops.Rebuild(f.Officer("ops"), &platformv1.RebuildRequest{Model: "timeline", Reason: "rows are missing"}); errs.KindOf(err) != errs.Conflict {
		t.Errorf("a second at once: %v", err)
	}
	var wg sync.WaitGroup
	wg.Go(func() { publish(1500, 2000) })
	if _, err := f.client.CloseAccount(f.Worker(leaver), &registryv1.CloseAccountRequest{Worker: leaver}); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, "the rebuild is done", func() bool { return f.rebuild(t).GetState() == "done" })
	wg.Wait()
	f.Settle()
	if s := f.rebuild(t); s.GetTotal() < 1500 || s.GetDone() != s.GetTotal() || s.GetEndedAt() < s.GetStartedAt() {
		t.Errorf("progress %v", s)
	}
	got := steps(t, db)
	for row := range got {
		if strings.HasPrefix(row, leaver) {
			t.Fatalf("a step of a closed account is back: %s", row)
		}
	}
	mine := maps.Collect(func(yield func(string, bool) bool) {
		for row := range whole {
			if strings.HasPrefix(row, worker) && !yield(row, true) {
				return
			}
		}
	})
	for _, row := range slices.Sorted(maps.Keys(mine)) {
		if !got[row] {
			t.Fatalf("of %d steps there are %d; missing: %s", len(mine), len(got), row)
		}
	}
	if want := len(mine) + 333; len(got) != want { // two of three of the last 500 are the worker's
		t.Errorf("%d steps, not %d", len(got), want)
	}
	if _, err := ops.Rebuild(f.Officer("ops"), &platformv1.RebuildRequest{Model: "timeline", Reason: "once more"}); err != nil {
		t.Errorf("a second one later: %v", err)
	}
	testkit.Eventually(t, "the second rebuild is done", func() bool { return f.rebuild(t).GetState() == "done" })
	if again := steps(t, db); !maps.Equal(got, again) {
		t.Errorf("%d steps, then %d", len(got), len(again))
	}
}
