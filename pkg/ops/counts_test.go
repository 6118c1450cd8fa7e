package ops_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ops"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
)

// A small service counts as it answers; one with many events answers with what
// it counted some seconds ago, and counts again beside its answers.
func TestCountsOfAManyAreRemembered(t *testing.T) {
	ctx := context.Background()
	db, err := sqldb.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	exec := func(query string) {
		t.Helper()
		if err := db.Update(ctx, func(tx *sqldb.Tx) error { _, err := tx.Exec(query); return err }); err != nil {
			t.Fatal(err)
		}
	}
	exec(`CREATE TABLE thing (id INTEGER PRIMARY KEY)`)
	exec(`INSERT INTO thing (id) VALUES (1)`)
	c := clock.NewManual(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))
	s := &ops.Server{Outbox: outbox.New("test", db, c, nil, 1), Clock: c, Counts: []ops.Count{{Thing: "things", Query: `SELECT count(*) FROM thing`}}}
	counted := func(events int64) int64 {
		t.Helper()
		all, err := ops.CountsOf(s, ctx, events)
		if err != nil {
			t.Fatal(err)
		}
		if len(all) == 0 {
			return -1
		}
		return all[0].GetCount()
	}
	if n := counted(ops.ManyEvents); n != -1 {
		t.Errorf("%d are told before they are counted", n)
	}
	testkit.Eventually(t, "one is counted", func() bool { return counted(ops.ManyEvents) == 1 })
	exec(`INSERT INTO thing (id) VALUES (2)`)
	if n := counted(ops.ManyEvents); n != 1 {
		t.Errorf("%d are counted again at once", n)
	}
	if n := counted(ops.ManyEvents - 1); n != 2 {
		t.Errorf("a small service tells of %d", n)
	}
	c.Advance(ops.Lately)
	testkit.Eventually(t, "two are counted", func() bool { return counted(ops.ManyEvents) == 2 })
}
