package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/employment/internal/store"
	"github.com/qiao-platform/qiao/services/employment/internal/store/storetest"
)

func TestConformance(t *testing.T) {
	testkit.EachDatabase(t, store.Migrations, func(t *testing.T, open func(testing.TB) *sqldb.DB) { storetest.Run(t, open) })
}

func TestMigrations(t *testing.T) { testkit.SameMigrations(t, store.Migrations) }

// BenchmarkFair runs a whole fair on SQLite, from the committed list to the
// second pass; -benchtime 1x is enough.
func BenchmarkFair(b *testing.B) {
	for _, workers := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("%dx10 to %d", workers, workers/10), func(b *testing.B) {
			for b.Loop() {
				db, err := sqldb.Open(context.Background(), "sqlite:"+filepath.Join(b.TempDir(), "employment.db"))
				if err != nil {
					b.Fatal(err)
				}
				if err := db.Migrate(context.Background(), store.Migrations); err != nil {
					b.Fatal(err)
				}
				storetest.BenchFair(b, db, workers, 10, workers/10)
				if err := db.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
