package sqldb_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
)

// TestAFullDiskIsToldOfAndHasAnEnd fills the disk of either database while it
// serves: what needs room is refused and changes nothing, the trouble has a name
// though smaller writes still find their place, and with room again all goes on
// by itself.
func TestAFullDiskIsToldOfAndHasAnEnd(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		dir, fill := testkit.SmallDisk(t, "16m")
		aFullDisk(t, "sqlite:"+filepath.Join(dir, "x.db"), `hex(randomblob(4000))`, nil, fill)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		schema, fill := testkit.PostgresOnASmallDisk(t, "96m")
		// Numbers, since repeated text would be stored small.
		aFullDisk(t, schema(t), `(SELECT string_agg(random()::text, '') FROM generate_series(1, 100))`, nil, fill)
	})
	// A server whose log finds no room ends, and recovers when it can: it is away,
	// and then back, and what it acknowledged is there.
	t.Run("postgres that ends", func(t *testing.T) {
		t.Parallel()
		schema, fill := testkit.PostgresOnASmallDisk(t, "96m")
		aFullDisk(t, schema(t), `(SELECT string_agg(random()::text, '') FROM generate_series(1, 100))`, func(db *sqldb.DB) {
			testkit.Eventually(t, "the server ends", func() bool {
				fill(true) // it gives up old logs
				err := db.Update(context.Background(), func(tx *sqldb.Tx) error {
					_, err := tx.Exec(`SELECT pg_logical_emit_message(true, 'x', repeat('x', 1000000))`)
					return err
				})
				if err != nil && errs.KindOf(err) != errs.Unavailable && !errors.Is(err, sqldb.ErrUncertain) {
					t.Fatalf("told %v", err)
				}
				return errors.Is(err, sqldb.ErrUnavailable)
			})
		}, fill)
	})
}

func aFullDisk(t *testing.T, address, text string, meanwhile func(db *sqldb.DB), fill func(bool)) {
	t.Helper()
	ctx := context.Background()
	db, err := sqldb.Open(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	db.Calm(time.Second)
	if err := db.Migrate(ctx, nil); err != nil {
		t.Fatal(err)
	}
	kept := 0
	exec := func(query string, args ...any) error {
		return db.Update(ctx, func(tx *sqldb.Tx) error { _, err := tx.Exec(query, args...); return err })
	}
	write := func() error {
		err := exec(`INSERT INTO evidence_retracted (source, source_id) VALUES ('x', ` + text + `)`)
		if err == nil {
			kept++
		}
		return err
	}
	if err := errors.Join(write(), exec(`INSERT INTO channel (channel, epoch, last_seq, chain, published_seq, owner, term, lease_until) VALUES ('x', 1, 0, $1, 0, '', 0, 0)`, []byte{})); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, "there is no room", func() bool { fill(true); err = write(); return err != nil })
	if !errors.Is(err, sqldb.ErrFull) {
		t.Errorf("refused with %v", err)
	}
	if meanwhile != nil {
		meanwhile(db)
	}
	_ = exec(`UPDATE channel SET lease_until = lease_until + 1`) // it may find its place
	if code, since := db.Trouble(); code != sqldb.ErrFull.Code || since.IsZero() {
		t.Errorf("the trouble is %q since %v", code, since)
	}
	fill(false)
	testkit.Eventually(t, "it takes everything", func() bool { return write() == nil })
	testkit.Eventually(t, "it is well", func() bool {
		if err := exec(`UPDATE channel SET lease_until = lease_until + 1`); err != nil {
			t.Fatalf("with room again: %v", err)
		}
		code, _ := db.Trouble()
		return code == ""
	})
	var n int
	if err := db.View(ctx, func(tx *sqldb.Tx) error { return tx.QueryRow(`SELECT count(*) FROM evidence_retracted`).Scan(&n) }); err != nil || n != kept {
		t.Errorf("%d of %d rows, %v", n, kept, err)
	}
}
