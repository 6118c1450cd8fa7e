// Package store keeps public housing in SQL, the same statements for SQLite
// and PostgreSQL.
package store

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/cache"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// Migrations holds the department's tables.
//
//go:embed migrations
var Migrations embed.FS

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

// Later leaves a task of a kind about an id, for a time.
func (t *Tx) Later(ctx context.Context, kind, id string, at time.Time) error {
	return t.tasks.Add(ctx, t.tx, kind, []byte(id), at)
}

// upsert writes a row by its id, unless somebody else changed it since it was
// loaded, and its events. columns begins with id and ends with version; values
// are those between.
func (t *Tx) upsert(ctx context.Context, table, columns string, about outbox.Subject, events []domain.Event, values ...any) error {
	names := strings.Split(columns, ", ")
	marks, sets := make([]string, len(names)), make([]string, len(names))
	for i, n := range names {
		marks[i], sets[i] = fmt.Sprintf("$%d", i+1), n+" = excluded."+n
	}
	args := append([]any{about.Aggregate}, values...)
	args = append(args, next(about.Version, len(events)), about.Version)
	n, err := t.tx.Exec(fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s) ON CONFLICT (id) DO UPDATE SET %s WHERE %s.version = $%d`,
		table, columns, strings.Join(marks, ", "), strings.Join(sets[1:], ", "), table, len(args)), args...)
	if err != nil {
		return err
	}
	if n == 0 {
		return outbox.ErrStale
	}
	return t.log.AppendEvents(ctx, t.tx, about, events...)
}

// unique turns the violation of a unique index into the domain's own error.
func (t *Tx) unique(err error, twice *errs.Error) error {
	if t.tx.Dialect().IsUnique(err) {
		return twice.Because(err)
	}
	return err
}

// traces is how reasons are stored.
func traces(all []rule.Trace) (string, error) {
	if all == nil {
		all = []rule.Trace{}
	}
	b, err := json.Marshal(all)
	return string(b), err
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
