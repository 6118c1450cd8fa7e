package sqldb_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
)

// An officer with several rights in a department sees in a list what he may act on one
// by one, by the roles that may call the method, and nothing else.
func TestAListIsWhatTheCheckLetsPass(t *testing.T) {
	testkit.EachDatabase(t, nil, func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		db := open(t)
		places := []string{"654301", "654302", "654321", "654300", "650100", "650102", "650000", "6543", ""}
		if err := db.Update(ctx, func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(`CREATE TABLE thing_within (county TEXT NOT NULL)`); err != nil {
				return err
			}
			for _, p := range places {
				if _, err := tx.Exec(`INSERT INTO thing_within (county) VALUES ($1)`, p); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		listed := func(p auth.Principal) (all []string) {
			divisions, ok := p.Counties()
			if !ok {
				return nil
			}
			if err := db.View(ctx, func(tx *sqldb.Tx) (err error) {
				all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (c string, err error) { return c, s.Scan(&c) },
					`SELECT county FROM thing_within WHERE `+sqldb.Within("county", 1)+` ORDER BY county`, divisions)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return all
		}
		roles, divisions := []string{"clerk", "reviewer", "viewer"}, []string{"654301", "654302", "654300", "650100", "650000", auth.Everywhere}
		one := rapid.Custom(func(t *rapid.T) auth.Right {
			return auth.Right{Role: rapid.SampledFrom(roles).Draw(t, "role"), Division: rapid.SampledFrom(divisions).Draw(t, "division")}
		})
		rapid.Check(t, func(t *rapid.T) {
			held := rapid.SliceOfN(one, 1, 4).Draw(t, "held")
			may := rapid.SliceOfDistinct(rapid.SampledFrom(roles), func(s string) string { return s }).Draw(t, "may")
			p := auth.Principal{Kind: auth.Officer, Role: held[0].Role, Division: held[0].Division, Further: auth.Rights(held[1:])}
			p, ok := p.Narrowed(func(role string) bool { return slices.Contains(may, role) })
			var want []string
			for _, place := range places {
				covered := slices.ContainsFunc(held, func(r auth.Right) bool {
					return slices.Contains(may, r.Role) && (r.Division == auth.Everywhere || len(place) == 6 && (r.Division == place && !strings.HasSuffix(place, "0000") || strings.HasSuffix(r.Division, "00") && !strings.HasSuffix(r.Division, "0000") && r.Division[:4] == place[:4]))
				})
				if ok && (p.CoversDivision(place) == nil) != covered || !ok && covered {
					t.Fatalf("%v as %v at %q: %v, want %v", held, may, place, !covered, covered)
				}
				if covered {
					want = append(want, place)
				}
			}
			slices.Sort(want)
			if got := listed(p); ok && !slices.Equal(got, want) {
				t.Fatalf("%v as %v lists %q, want %q", held, may, got, want)
			}
		})
	})
}
