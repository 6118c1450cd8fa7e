// Package store keeps training in SQL, the same statements for SQLite and
// PostgreSQL.
package store

import (
	"context"
	"embed"
	"time"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/services/training/internal/app"
)

// Migrations holds the department's tables.
//
//go:embed migrations
var Migrations embed.FS

// Store gives transactions their tables and events.
type Store struct {
	outbox *outbox.Outbox
	tasks  *task.Queue
}

// New returns the department's store.
func New(log *outbox.Outbox, tasks *task.Queue) *Store { return &Store{log, tasks} }

// In returns the store within a transaction.
func (s *Store) In(tx *sqldb.Tx) app.Store { return &inTx{s, tx} }

// inTx is the store within one transaction.
type inTx struct {
	*Store
	tx *sqldb.Tx
}

// Later leaves a task of a kind about an id, for a time.
func (t *inTx) Later(ctx context.Context, kind, id string, at time.Time) error {
	return t.tasks.Add(ctx, t.tx, kind, []byte(id), at)
}

// Read writes to the worker's access log what the caller is shown.
func (t *inTx) Read(ctx context.Context, worker, county, caseID string, kinds ...string) error {
	return t.outbox.Read(ctx, t.tx, worker, county, caseID, kinds...)
}

func scanID(s sqldb.Scanner) (id string, err error) {
	err = s.Scan(&id)
	return id, err
}
