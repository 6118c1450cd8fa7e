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
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
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
	var told *platformv1.GetStatusResponse
	counted := func(events int64) int64 {
		t.Helper()
		told = &platformv1.GetStatusResponse{}
		if err := ops.TellCounts(s, ctx, told, events); err != nil {
			t.Fatal(err)
		}
		if told.GetCounting() != (len(told.GetCounts()) == 0) {
			t.Errorf("counting, and told as well: %v", told)
		}
		if told.GetCounting() {
			return -1
		}
		return told.GetCounts()[0].GetCount()
	}
	at := func(want time.Time) {
		t.Helper()
		if told.GetCountedAt() != sqldb.Micros(want) {
			t.Errorf("counted at %d, not at %v", told.GetCountedAt(), want)
		}
	}
	began := c.Now()
	if n := counted(ops.ManyEvents); n != -1 {
		t.Errorf("%d are told before they are counted", n)
	}
	testkit.Eventually(t, "one is counted", func() bool { return counted(ops.ManyEvents) == 1 })
	exec(`INSERT INTO thing (id) VALUES (2)`)
	if n := counted(ops.ManyEvents); n != 1 {
		t.Errorf("%d are counted again at once", n)
	}
	at(began)
	if n := counted(ops.ManyEvents - 1); n != 2 {
		t.Errorf("a small service tells of %d", n)
	}
	at(time.Time{}) // as it is
	c.Advance(ops.Lately)
	counted(ops.ManyEvents)
	at(began) // told with its age, while it is counted again
	testkit.Eventually(t, "two are counted", func() bool { return counted(ops.ManyEvents) == 2 })
	at(c.Now())
}
