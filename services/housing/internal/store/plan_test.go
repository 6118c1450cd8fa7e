package store

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// TestNoListReadsEveryRecord: what waits in a county, and what was taken of a
// request, is found by an index. SQLite says so; PostgreSQL has the same indexes.
func TestNoListReadsEveryRecord(t *testing.T) {
	ctx := context.Background()
	db, err := sqldb.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(ctx, Migrations); err != nil {
		t.Fatal(err)
	}
	asked := strings.NewReplacer("$1", "'654301'", "$2", "'public_rental'", "$3", "20")
	for name, query := range map[string]string{
		"what was taken of a request": `SELECT ` + takenOf + ` FROM place_request r WHERE r.id = 'x'`,
		"undecided":                   `SELECT * FROM application ` + undecided,
		"repairs":                     `SELECT * FROM repair ` + repairsIn,
		"notices":                     `SELECT * FROM exit ` + exitsIn,
		"reviews":                     `SELECT * FROM review ` + reviewsIn,
		"renewals":                    `SELECT * FROM renewal ` + renewalsIn,
	} {
		err := db.View(ctx, func(tx *sqldb.Tx) error {
			steps, err := sqldb.Collect(tx, func(s sqldb.Scanner) (step string, err error) {
				var n int
				err = s.Scan(&n, &n, &n, &step)
				return step, err
			}, `EXPLAIN QUERY PLAN `+asked.Replace(query))
			if len(steps) == 0 {
				t.Errorf("%s: no plan", name)
			}
			for _, step := range steps {
				if strings.HasPrefix(step, "SCAN") {
					t.Errorf("%s: %s", name, step)
				}
			}
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
