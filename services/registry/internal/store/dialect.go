package store

import "github.com/qiao-platform/qiao/pkg/sqldb"

// bytesType names the type of stored bytes where a statement must name one:
// PostgreSQL takes a parameter in a SELECT for text otherwise.
func bytesType(d sqldb.Dialect) string {
	if d == sqldb.Postgres {
		return "BYTEA"
	}
	return "BLOB"
}
