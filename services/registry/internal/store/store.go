// Package store keeps the registry in SQL, the same statements for SQLite and
// PostgreSQL.
package store

import (
	"context"
	"embed"
	"fmt"
	"strings"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
)

// Migrations holds the registry's tables.
//
//go:embed migrations
var Migrations embed.FS

// The kinds of the tasks that are left; the payload is a message's id, and the
// owner of a key.
const (
	TaskDeliver   = "registry.deliver"
	TaskEraseKey  = "registry.erase_key"
	TaskHeir      = "registry.heir"           // of a record that a relative had granted to be erased; the payload is the request's id
	TaskGuardian  = "registry.guardian"       // of one to whom nobody objected; the payload is its id
	TaskShown     = "registry.guardian_shown" // of a hiding whose last day is over; the payload is the case's id
	TaskRefileKey = "registry.refile_key"
	TaskUnseen    = "registry.unseen" // of who waits to be seen at a counter; the payload is the reference
)

// indexAccess separates the links of access lines from other keyed hashes.
const indexAccess = "access_line"

// Store gives transactions their tables and events.
type Store struct {
	outbox *outbox.Outbox
	tasks  *task.Queue
	clock  clock.Clock
	hash   func(domain, value string) []byte

	addStep, addNext, fillStep string
}

// New returns the registry's store; hash is the keyed hash that links access lines.
func New(log *outbox.Outbox, tasks *task.Queue, c clock.Clock, hash func(domain, value string) []byte) *Store {
	d := log.DB().Dialect()
	return &Store{
		outbox: log, tasks: tasks, clock: c, hash: hash,
		addStep: addStep(d, "timeline", ""), addNext: addStep(d, "timeline_next", " AND "+fmt.Sprintf(consume.Rebuilding, "$13")), fillStep: addStep(d, "timeline_next", ""),
	}
}

// In returns the store within a transaction; it implements app.Store.
func (s *Store) In(tx *sqldb.Tx) *Tx { return &Tx{s, tx} }

// View runs fn in a transaction that only reads.
func (s *Store) View(ctx context.Context, fn func(app.Store) error) error {
	return s.outbox.DB().View(ctx, func(tx *sqldb.Tx) error { return fn(s.In(tx)) })
}

// Look is View for a use case that asks one thing.
func (s *Store) Look(ctx context.Context, fn func(app.Store) error) error {
	return s.outbox.DB().Look(ctx, func(tx *sqldb.Tx) error { return fn(s.In(tx)) })
}

// Change runs fn in a transaction that may change things.
func (s *Store) Change(ctx context.Context, fn func(app.Store) error) error {
	return s.outbox.DB().Update(ctx, func(tx *sqldb.Tx) error { return fn(s.In(tx)) })
}

// Tx is the store within one transaction.
type Tx struct {
	*Store
	tx *sqldb.Tx
}

// split is the inverse of joining a list of codes with commas.
func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

func join(all []string) string { return strings.Join(all, ",") }
