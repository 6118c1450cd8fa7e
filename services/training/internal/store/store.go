// Package store keeps training in SQL, the same statements for SQLite and
// PostgreSQL.
package store

import (
	"database/sql"
	"embed"
	"errors"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/training/internal/app"
)

// Migrations holds the department's tables.
//
//go:embed migrations
var Migrations embed.FS

// Store gives transactions their tables and events.
type Store struct{ log *outbox.Log }

// New returns the department's store.
func New(log *outbox.Log) *Store { return &Store{log} }

// In returns the store within a transaction.
func (s *Store) In(tx *sqldb.Tx) app.Store { return &inTx{s, tx} }

// inTx is the store within one transaction.
type inTx struct {
	*Store
	tx *sqldb.Tx
}

// one scans a single row; where there is none it returns missing.
func one[T any](row *sql.Row, scan func(sqldb.Scanner) (T, error), missing *errs.Error) (T, error) {
	v, err := scan(row)
	if errors.Is(err, sql.ErrNoRows) {
		return v, missing
	}
	return v, err
}

// find scans a single row and reports whether there was one.
func find[T any](row *sql.Row, scan func(sqldb.Scanner) (T, error)) (T, bool, error) {
	v, err := scan(row)
	if errors.Is(err, sql.ErrNoRows) {
		return v, false, nil
	}
	return v, err == nil, err
}

// changed turns a write that met another version into outbox.ErrStale.
func changed(n int64, err error) error {
	if err == nil && n == 0 {
		return outbox.ErrStale
	}
	return err
}
