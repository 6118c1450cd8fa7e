package store_test

import (
	"testing"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/identity/internal/store"
	"github.com/qiao-platform/qiao/services/identity/internal/store/storetest"
)

func TestConformance(t *testing.T) {
	testkit.EachDatabase(t, store.Migrations, func(t *testing.T, open func(testing.TB) *sqldb.DB) { storetest.Run(t, open) })
}

func TestMigrations(t *testing.T) { testkit.SameMigrations(t, store.Migrations) }
