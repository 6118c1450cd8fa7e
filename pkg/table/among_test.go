package table_test

import (
	"fmt"
	"testing"

	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// Of however many texts each row is found once, and a tail still holds.
func TestAmongManyTexts(t *testing.T) {
	each(t, func(r rig) {
		const things = 1203
		ids := make([]string, things)
		for i := range ids {
			ids[i] = fmt.Sprintf("t%d", i)
		}
		r.in(func(tx *sqldb.Tx) error {
			for i, id := range ids[:things-3] {
				v := red()
				v.ID, v.Colour, v.Ref, v.Count = id, colour(id), "", i%2
				if err := r.all.Put(tx, v); err != nil {
					return err
				}
			}
			return nil
		})
		for tail, want := range map[string]int{"": things - 3, "AND count = 1 ORDER BY colour": (things - 3) / 2} {
			r.in(func(tx *sqldb.Tx) error {
				all, err := r.all.Among(tx, "t.id", ids, tail)
				found := map[string]bool{}
				for _, v := range all {
					found[v.ID] = true
				}
				if len(all) != want || len(found) != want {
					r.Errorf("%d rows of %d things for %q, not %d", len(all), len(found), tail, want)
				}
				return err
			})
		}
		r.in(func(tx *sqldb.Tx) error {
			none, err := r.all.Among(tx, "t.id", nil, "")
			if len(none) != 0 {
				r.Errorf("%d rows among nothing", len(none))
			}
			return err
		})
	})
}
