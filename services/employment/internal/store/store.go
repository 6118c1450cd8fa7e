// Package store keeps employment in SQL, the same statements for SQLite and
// PostgreSQL.
package store

import (
	"context"
	"embed"

	"github.com/qiao-platform/qiao/pkg/cache"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// Migrations holds the department's tables.
//
//go:embed migrations
var Migrations embed.FS

// Store gives transactions their tables and events.
type Store struct {
	// Evidence keeps other departments' facts for job searches; the recipe sets it.
	Evidence *evidence.Holder
	// FreeProposalSeat gives back the seat of an interview at a job fair whose
	// application was withdrawn; the recipe sets it.
	FreeProposalSeat func(ctx context.Context, tx *sqldb.Tx, applicationID string) error

	outbox    *outbox.Outbox
	tasks     *task.Queue
	pages     *cache.Cache
	open      OpenVacancies
	employers *table.Of[kept]
}

// OpenVacancies is told of each vacancy that a commit changed.
type OpenVacancies interface{ Put(v domain.Vacancy) }

// New returns the department's store. seal keeps employers' phones; pages hold
// search results, which a vacancy's change makes stale; open is brought up to
// date by it.
func New(log *outbox.Outbox, tasks *task.Queue, seal outbox.Sealer, pages *cache.Cache, open OpenVacancies) *Store {
	return &Store{outbox: log, tasks: tasks, pages: pages, open: open, employers: employerTable(seal)}
}

// In returns the store within a transaction.
func (s *Store) In(tx *sqldb.Tx) app.Store { return &Tx{s, tx} }

// Tx is the store within one transaction; it implements app.Store.
type Tx struct {
	*Store
	tx *sqldb.Tx
}
