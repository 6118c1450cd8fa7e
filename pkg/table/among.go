package table

import (
	"slices"

	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// amongAtOnce bounds the arguments of one query.
const amongAtOnce = 500

// Among reads the rows of which a column holds one of some texts and for which tail
// (AND …) holds: some hundred texts a query, whatever their number, and not a query
// for each.
func (t *Of[T]) Among(tx *sqldb.Tx, column string, texts []string, tail string) (all []T, err error) {
	for some := range slices.Chunk(texts, amongAtOnce) {
		marks, args := sqldb.In(some)
		rows, err := t.List(tx, "WHERE "+column+" IN ("+marks+") "+tail, args...)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	return all, nil
}
