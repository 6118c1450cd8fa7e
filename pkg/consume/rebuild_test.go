package consume

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// An instance that froze while it emptied the copy, and wakes after another
// has taken over and filled it, takes nothing out of it.
func TestAStaleRebuildEmptiesNothing(t *testing.T) {
	ctx := context.Background()
	db, err := sqldb.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "x.db"))
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
	if err := db.Migrate(ctx, nil); err != nil {
		t.Fatal(err)
	}
	exec(`CREATE TABLE next (n INTEGER)`)
	m := Model{
		Name:  "m",
		Apply: func(context.Context, *sqldb.Tx, event.Event) error { return nil },
		Swap:  func(*sqldb.Tx) error { return nil },
		Clear: func(tx *sqldb.Tx) (bool, error) { n, err := tx.Exec(`DELETE FROM next`); return n > 0, err },
	}
	now := clock.NewManual(time.Now())
	instance := func(name string) *rebuild {
		r := NewRouter()
		r.Rebuilds(m)
		return &rebuild{&Consumer{cfg: Config{DB: db, Router: r, Instance: name, Clock: now}}, m}
	}
	stale, other := instance("a"), instance("b")
	if err := stale.StartRebuild(ctx, "m", "officer", "because"); err != nil {
		t.Fatal(err)
	}
	for _, b := range []*rebuild{stale, other} {
		if state, err := b.acquire(ctx); err != nil || state != "clearing" {
			t.Fatal(state, err)
		}
		// A machine whose clock ran six hours ahead held it, and froze.
		exec(`UPDATE rebuild SET lease_until = lease_until + 21600000000`)
	}
	if err := other.clear(ctx, "clearing", other.begin); err != nil {
		t.Fatal(err)
	}
	exec(`INSERT INTO next (n) VALUES (1), (2), (3)`)
	if err := stale.clear(ctx, "clearing", stale.begin); !errors.Is(err, errDeposed) {
		t.Errorf("the stale one goes on: %v", err)
	}
	var n int
	if err := db.View(ctx, func(tx *sqldb.Tx) error { return tx.QueryRow(`SELECT count(*) FROM next`).Scan(&n) }); err != nil || n != 3 {
		t.Errorf("%d of 3 rows are left, %v", n, err)
	}
}
