// Package store keeps employment in SQL, the same statements for SQLite and
// PostgreSQL.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/cache"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// Migrations holds the department's tables.
//
//go:embed migrations
var Migrations embed.FS

// TaskLapseOffer is the kind of the task that LapseOfferAt leaves; its payload
// is the offer's id.
const TaskLapseOffer = "employment.lapse_offer"

// Store gives transactions their tables and events.
type Store struct {
	log   *outbox.Log
	tasks *task.Queue
	seal  outbox.Sealer
	pages *cache.Cache
	open  OpenVacancies
}

// OpenVacancies is told of each vacancy that a commit changed.
type OpenVacancies interface{ Put(v domain.Vacancy) }

// New returns the department's store. seal keeps employers' phones; pages hold
// search results, which a vacancy's change makes stale; open is brought up to
// date by it.
func New(log *outbox.Log, tasks *task.Queue, seal outbox.Sealer, pages *cache.Cache, open OpenVacancies) *Store {
	return &Store{log, tasks, seal, pages, open}
}

// In returns the store within a transaction.
func (s *Store) In(tx *sqldb.Tx) app.Store { return &Tx{s, tx} }

// Tx is the store within one transaction; it implements app.Store.
type Tx struct {
	*Store
	tx *sqldb.Tx
}

// saved writes the events of a row that an upsert with a version check has
// written; where that changed no row, somebody else changed it meanwhile.
func (t *Tx) saved(ctx context.Context, rows int64, err error, about outbox.Subject, events []domain.Event) error {
	if err != nil {
		return err
	}
	if rows == 0 {
		return outbox.ErrStale
	}
	return t.log.AppendEvents(ctx, t.tx, about, events...)
}

// next is the version that a row gets with its events.
func next(version int64, events []domain.Event) int64 { return version + int64(max(1, len(events))) }

// load scans one row, or returns unknown where there is none.
func load[T any](row *sql.Row, scan func(sqldb.Scanner) (T, error), unknown error) (T, error) {
	v, err := scan(row)
	if errors.Is(err, sql.ErrNoRows) {
		return v, unknown
	}
	return v, err
}

// exists reports whether a query finds a row.
func (t *Tx) exists(query string, args ...any) (bool, error) {
	var one int
	err := t.tx.QueryRow(query, args...).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// forUpdate ends a query that locks.
func (t *Tx) forUpdate() string { return t.tx.Dialect().ForUpdate() }

func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// LapseOfferAt leaves a task for the end of an offer's time to answer.
func (t *Tx) LapseOfferAt(ctx context.Context, offerID string, at time.Time) error {
	return t.tasks.Add(ctx, t.tx, TaskLapseOffer, []byte(offerID), at)
}

// dates reads stored civil dates, the empty text as none.
func dates(text []string, into ...*clock.Date) error {
	for i, d := range into {
		if err := d.UnmarshalText([]byte(text[i])); err != nil {
			return err
		}
	}
	return nil
}
