// Package store keeps public housing in SQL, the same statements for SQLite
// and PostgreSQL.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/cache"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
)

// Migrations holds the department's tables.
//
//go:embed migrations
var Migrations embed.FS

// TaskLapse is the kind of the task that LapseAt leaves; its payload is the
// offer's id.
const TaskLapse = "housing.lapse_offer"

// Store gives transactions their tables and events.
type Store struct {
	log   *outbox.Log
	tasks *task.Queue
	pages *cache.Cache
}

// New returns the department's store. It tells pages where the free homes of a
// county changed.
func New(log *outbox.Log, tasks *task.Queue, pages *cache.Cache) *Store {
	return &Store{log, tasks, pages}
}

// In returns the store within a transaction; it implements app.Store.
func (s *Store) In(tx *sqldb.Tx) *Tx { return &Tx{s, tx} }

// Tx is the store within one transaction.
type Tx struct {
	*Store
	tx *sqldb.Tx
}

// LapseAt leaves a task for the end of an offer's time.
func (t *Tx) LapseAt(ctx context.Context, offerID string, at time.Time) error {
	return t.tasks.Add(ctx, t.tx, TaskLapse, []byte(offerID), at)
}

// lock ends a SELECT that locks.
func (t *Tx) lock() string { return t.tx.Dialect().ForUpdate() }

// found turns "no row" into the domain's own error.
func found[T any](v T, err, unknown error) (T, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return v, unknown
	}
	return v, err
}

// bit is how a truth value is stored.
func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// next is a row's version after a change that brings so many events.
func next(version int64, events int) int64 { return version + int64(max(1, events)) }
