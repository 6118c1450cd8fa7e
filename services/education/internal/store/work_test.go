package store_test

import (
	"context"
	"testing"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/pkg/work"
	"github.com/qiao-platform/qiao/services/education/internal/store"
)

// Both databases take every question about what waits for officers.
func TestWhatWaitsOnBothDatabases(t *testing.T) {
	testkit.EachDatabase(t, store.Migrations, func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		if err := work.Check(context.Background(), open(t), "education", store.Work()); err != nil {
			t.Error(err)
		}
	})
}
