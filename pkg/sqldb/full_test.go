package sqldb_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
)

// TestAFullDiskIsToldOfAndHasAnEnd fills SQLite's disk while it serves: what
// cannot be written is refused and changes nothing, the trouble has a name, and
// with room again all goes on by itself.
func TestAFullDiskIsToldOfAndHasAnEnd(t *testing.T) {
	ctx := context.Background()
	dir, fill := testkit.SmallDisk(t, "16m")
	db, err := sqldb.Open(ctx, "sqlite:"+filepath.Join(dir, "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(ctx, nil); err != nil {
		t.Fatal(err)
	}
	kept := 0
	write := func() error {
		err := db.Update(ctx, func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`INSERT INTO evidence_retracted (source, source_id) VALUES ($1, hex(randomblob(4000)))`, "x")
			return err
		})
		if err == nil {
			kept++
		}
		return err
	}
	if err := write(); err != nil {
		t.Fatal(err)
	}
	fill(true)
	testkit.Eventually(t, "nothing can be written", func() bool { err = write(); return err != nil })
	if !errors.Is(err, sqldb.ErrFull) && !errors.Is(err, sqldb.ErrUnavailable) && !errors.Is(err, sqldb.ErrLost) {
		t.Errorf("refused with %v", err)
	}
	if code, since := db.Trouble(); code == "" || since.IsZero() {
		t.Error("the trouble has no name")
	}
	fill(false)
	if err := write(); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if code, _ := db.Trouble(); code != "" {
		t.Errorf("it is still said to be %s", code)
	}
	var n int
	if err := db.View(ctx, func(tx *sqldb.Tx) error { return tx.QueryRow(`SELECT count(*) FROM evidence_retracted`).Scan(&n) }); err != nil || n != kept {
		t.Errorf("%d of %d rows, %v", n, kept, err)
	}
}
