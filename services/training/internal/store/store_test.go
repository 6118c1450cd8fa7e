package store_test

import (
	"context"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/training/internal/store"
	"github.com/qiao-platform/qiao/services/training/internal/store/storetest"
)

func TestConformance(t *testing.T) {
	testkit.EachDatabase(t, store.Migrations, func(t *testing.T, open func(testing.TB) *sqldb.DB) { storetest.Run(t, open) })
}

func TestMigrations(t *testing.T) { testkit.SameMigrations(t, store.Migrations) }

// An offer that was made before offers had a time to answer is found again, can be
// answered, and is made anew with one.
func TestAnOldOfferIsMadeAnew(t *testing.T) {
	before := fstest.MapFS{}
	for _, name := range []string{"migrations/sqlite/0001_training.sql", "migrations/postgres/0001_training.sql"} {
		data, err := fs.ReadFile(store.Migrations, name)
		if err != nil {
			t.Fatal(err)
		}
		before[name] = &fstest.MapFile{Data: data}
	}
	testkit.EachDatabase(t, before, func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		db := open(t)
		storetest.OldOffer(t, db)
		if err := db.Migrate(context.Background(), store.Migrations); err != nil {
			t.Fatal(err)
		}
		storetest.OfferedAnew(t, db)
	})
}
