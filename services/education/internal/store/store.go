// Package store keeps education in SQL, the same statements for SQLite and
// PostgreSQL.
package store

import (
	"context"
	"embed"
	"time"

	"github.com/qiao-platform/qiao/pkg/cache"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
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
	return t.log.Read(ctx, t.tx, a.Worker, a.County, a.ID, kinds...)
}

// placesChanged makes the lists of a county's schools stale after the commit.
func (t *inTx) placesChanged(ctx context.Context, county string) {
	ctx = context.WithoutCancel(ctx)
	t.tx.OnCommit(func() {
		t.pages.Changed(ctx, app.PagesTag(county))
		t.pages.Changed(ctx, app.PagesTag(""))
	})
}

func scanID(s sqldb.Scanner) (id string, err error) { return id, s.Scan(&id) }
