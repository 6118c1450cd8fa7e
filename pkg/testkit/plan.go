package testkit

import (
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// ByIndex fails a test unless a query finds the rows of a table (its name, or its
// short name in the query) by an index. SQLite says so; PostgreSQL has the same.
func ByIndex(t testing.TB, db *sqldb.DB, query, table string, args ...any) {
	t.Helper()
	found := false
	err := db.View(t.Context(), func(tx *sqldb.Tx) error {
		steps, err := sqldb.Collect(tx, func(s sqldb.Scanner) (step string, err error) {
			var n int
			return step, s.Scan(&n, &n, &n, &step)
		}, `EXPLAIN QUERY PLAN `+query, args...)
		for _, step := range steps {
			if f := strings.Fields(step); f[1] != table {
				continue
			}
			if found = true; !strings.HasPrefix(step, "SEARCH") || !strings.Contains(step, " USING ") {
				t.Errorf("%s: %s", query, step)
			}
		}
		return err
	})
	if err != nil || !found {
		t.Errorf("%s: %s is not read: %v", query, table, err)
	}
}
