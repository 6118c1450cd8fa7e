package relay_test

import (
	"path/filepath"
	"testing"

	"github.com/qiao-platform/qiao/pkg/relay"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
)

// TestStateReadsNoEventThrough: what a service says of its channels costs the same
// among three events and three million.
func TestStateReadsNoEventThrough(t *testing.T) {
	db, err := sqldb.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	testkit.ByIndex(t, db, relay.StateQuery, "e")
}
