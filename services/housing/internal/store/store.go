// Package store keeps public housing in SQL, the same statements for SQLite
// and PostgreSQL.
package store

import (
	"context"
	"embed"
	"time"

	"github.com/qiao-platform/qiao/pkg/cache"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/services/housing/internal/app"
)

// Migrations holds the department's tables.
//
//go:embed migrations
var Migrations embed.FS

// Store gives transactions their tables and events.
type Store struct {
	outbox *outbox.Outbox
	tasks  *task.Queue
	pages  *cache.Cache
	// Evidence holds other departments' facts; it is set once the holder knows the
	// department's cases.
	Evidence *evidence.Holder
}

// New returns the department's store. It tells pages where the free homes of a
// county changed.
func New(log *outbox.Outbox, tasks *task.Queue, pages *cache.Cache) *Store {
	return &Store{outbox: log, tasks: tasks, pages: pages}
}

// In returns the store within a transaction.
func (s *Store) In(tx *sqldb.Tx) app.Store { return &inTx{s, tx} }

// Look gives f the store within a transaction that writes nothing.
func (s *Store) Look(ctx context.Context, f func(app.Store) error) error {
	return s.outbox.DB().View(ctx, func(tx *sqldb.Tx) error { return f(s.In(tx)) })
}

// Change gives f the store within a transaction.
func (s *Store) Change(ctx context.Context, f func(app.Store) error) error {
	return s.outbox.DB().Update(ctx, func(tx *sqldb.Tx) error { return f(s.In(tx)) })
}

// inTx is the store within one transaction.
type inTx struct {
	*Store
	tx *sqldb.Tx
}

// Later leaves a task of a kind about an id, for a time.
func (t *inTx) Later(ctx context.Context, kind, id string, at time.Time) error {
	return t.tasks.Add(ctx, t.tx, kind, []byte(id), at)
}

func scanID(s sqldb.Scanner) (id string, err error) { return id, s.Scan(&id) }
