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

// onEach runs a test on SQLite and on PostgreSQL, each with a rig of its own.
func onEach(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		dir := t.TempDir()
		test(t, newRig(t, "sqlite:"+filepath.Join(dir, "pub.db"), "sqlite:"+filepath.Join(dir, "sub.db")))
	})
	t.Run("postgres", func(t *testing.T) {
		schema := testkit.Postgres(t)
		test(t, newRig(t, schema(t), schema(t)))
	})
}
