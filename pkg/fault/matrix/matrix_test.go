//go:build chaos

package matrix

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/qiao-platform/qiao/pkg/testkit"
)

func TestMain(m *testing.M) {
	Node()
	os.Exit(m.Run())
}

// onEach runs a test on SQLite and on PostgreSQL, each with a rig of its own and
// beside the others: most of the time all only wait for a lease to run out.
func onEach(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Helper()
	onBoth(t, 1, test)
}

// onSeveral is onEach with several channels on PostgreSQL: what is done to one
// of them, or to all by one death, must leave the others right. SQLite keeps one.
func onSeveral(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Helper()
	onBoth(t, several, test)
}

func onBoth(t *testing.T, channels int, test func(t *testing.T, r *rig)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		test(t, newRig(t, "sqlite:"+filepath.Join(dir, "pub.db"), "sqlite:"+filepath.Join(dir, "sub.db"), 1))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		schema := testkit.Postgres(t)
		test(t, newRig(t, schema(t), schema(t), channels))
	})
}
