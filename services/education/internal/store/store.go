// Package store keeps education in SQL, the same statements for SQLite and
// PostgreSQL.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/cache"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/education/internal/app"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// Migrations holds the department's tables.
//
//go:embed migrations
var Migrations embed.FS

// The kinds of the tasks that LapseAt and ForgetAt leave; the payload is the
// offer's or the application's id.
const (
	TaskLapse  = "education.lapse_offer"
	TaskForget = "education.forget_evidence"
)

// Store gives transactions their tables and events.
type Store struct {
	log   *outbox.Log
	tasks *task.Queue
	pages *cache.Cache
}

// New returns the department's store. It tells pages where the free places of
// a county changed.
func New(log *outbox.Log, tasks *task.Queue, pages *cache.Cache) *Store {
	return &Store{log, tasks, pages}
}

// In returns the store within a transaction.
func (s *Store) In(tx *sqldb.Tx) app.Store { return &inTx{s, tx} }

// inTx is the store within one transaction.
type inTx struct {
	*Store
	tx *sqldb.Tx
}

// LapseAt leaves a task for the end of an offer's time.
func (t *inTx) LapseAt(ctx context.Context, offerID string, at time.Time) error {
	return t.tasks.Add(ctx, t.tx, TaskLapse, []byte(offerID), at)
}

// ForgetAt leaves a task for the time from which evidence is not needed.
func (t *inTx) ForgetAt(ctx context.Context, applicationID string, at time.Time) error {
	return t.tasks.Add(ctx, t.tx, TaskForget, []byte(applicationID), at)
}

// LogRead tells the registry who read an application, for the guardian's
// access log.
func (t *inTx) LogRead(ctx context.Context, a domain.Application, kinds []string) error {
	p, err := auth.From(ctx)
	if err != nil {
		return err
	}
	return t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: ident.NewID(), Worker: a.Worker, Division: a.County}, &platformv1.RecordRead{
		ReaderKind: string(p.Kind), Reader: p.Subject, Purpose: p.Purpose, LegalBasis: p.LegalBasis, Kinds: kinds, CaseId: a.ID,
	})
}

// placesChanged makes the lists of a county's schools stale after the commit.
func (t *inTx) placesChanged(ctx context.Context, county string) {
	ctx = context.WithoutCancel(ctx)
	t.tx.OnCommit(func() {
		t.pages.Changed(ctx, app.PagesTag(county))
		t.pages.Changed(ctx, app.PagesTag(""))
	})
}

// lock ends a SELECT that locks.
func (t *inTx) lock() string { return t.tx.Dialect().ForUpdate() }

// found turns "no row" into the domain's own error.
func found[T any](v T, err, unknown error) (T, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return v, unknown
	}
	return v, err
}

func scanID(s sqldb.Scanner) (id string, err error) { return id, s.Scan(&id) }

// bit is how a truth value is stored.
func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// next is a row's version after a change that brings so many events.
func next(version int64, events int) int64 { return version + int64(max(1, events)) }
