package backup

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/relay"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/registry"
)

// On PostgreSQL the server restores; what is left are the erasures and the epochs.
func TestDatabasesThatTheirServerRestored(t *testing.T) {
	address := testkit.Postgres(t)
	of, keys := address(t), address(t)
	db, err := sqldb.Open(ctx, of)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.Migrate(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(ctx, func(tx *sqldb.Tx) error {
		// Two channels, and an erasure that is asked for and not done yet.
		if _, err := tx.Exec(`CREATE TABLE erasure (owner TEXT PRIMARY KEY, asked_at BIGINT NOT NULL)`); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO erasure (owner, asked_at) VALUES ('asked', 1)`); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO channel (channel, epoch, last_seq, chain, published_seq, owner, term, lease_until)
			VALUES ('registry-0', 1, 7, '', 5, '', 1, 0), ('registry-1', 1, 9, '', 9, '', 1, 0)`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenEpochs(ctx, of, "the disk failed", "o-1"); err == nil || !strings.Contains(err.Error(), "not one event") {
		t.Errorf("an empty database was taken for a restored one: %v", err)
	}
	if _, err := OpenEpochs(ctx, address(t), "the disk failed", "o-1"); err == nil || !strings.Contains(err.Error(), "no service's tables") {
		t.Errorf("a database of nobody was taken for a restored one: %v", err)
	}
	if err := db.Update(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`INSERT INTO event (id, aggregate, version, channel, audience, type, worker, body, created_at) VALUES ('e', 'a', 1, 'registry-0', 'own', 't', '', '', 0)`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenEpochs(ctx, of, "", "o-1"); !errors.Is(err, relay.ErrNoReason) {
		t.Errorf("without a reason: %v", err)
	}
	channels, err := OpenEpochs(ctx, of, "the disk failed", "o-1")
	if err != nil || !slices.Equal(channels, []string{"registry-0", "registry-1"}) {
		t.Fatalf("%v, %v", channels, err)
	}
	if all, err := relay.Epochs(ctx, db, "registry-1", 1); err != nil || len(all) != 1 || all[0].Seq != 9 {
		t.Errorf("%v, %v", all, err)
	}

	if err := registry.RepeatErasures(ctx, keys, []registry.Erasure{{Owner: "done", At: clock.System().Now()}}); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "list")
	if n, err := ExportErasuresOf(ctx, keys, of, to); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	restored := address(t)
	if n, err := RepeatErasures(ctx, restored, filepath.Join(to, erasuresFile)); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	after, err := sqldb.Open(ctx, restored)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = after.Close() }()
	list, err := registry.Erasures(ctx, after)
	if err != nil || len(list) != 2 || list[0].Owner != "asked" || !list[0].At.Equal(time.UnixMicro(1)) {
		t.Errorf("%v, %v", list, err)
	}
}
