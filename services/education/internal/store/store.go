// Package store keeps education in SQL, the same statements for SQLite and
// PostgreSQL.
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
	TaskFollow = "education.follow_guardians" // the payload is a child's id
)

// Store gives transactions their tables and events.
type Store struct {
	outbox *outbox.Outbox
	tasks  *task.Queue
	pages  *cache.Cache
	// Evidence holds other departments' facts; it is set once the holder knows the
	// department's cases.
	Evidence *evidence.Holder
}

// New returns the department's store. It tells pages where the free places of
// a county changed.
func New(log *outbox.Outbox, tasks *task.Queue, pages *cache.Cache) *Store {
	return &Store{outbox: log, tasks: tasks, pages: pages}
}

// In returns the store within a transaction.
func (s *Store) In(tx *sqldb.Tx) app.Store { return &inTx{Store: s, tx: tx} }

// Look runs fn in a transaction that only reads.
func (s *Store) Look(ctx context.Context, fn func(app.Store) error) error {
	return s.outbox.DB().View(ctx, func(tx *sqldb.Tx) error { return fn(s.In(tx)) })
}

// Change runs fn in a transaction that may change things.
func (s *Store) Change(ctx context.Context, fn func(app.Store) error) error {
	return s.outbox.DB().Update(ctx, func(tx *sqldb.Tx) error { return fn(s.In(tx)) })
}

// inTx is the store within one transaction.
type inTx struct {
	*Store
	tx     *sqldb.Tx
	unkept map[string]bool // applications that nobody keeps; nil before it is asked
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
	return t.outbox.Read(ctx, t.tx, a.Worker, a.County, a.ID, kinds...)
}

// CollectEvidence has what the guardian's grants open collected for an application.
func (t *inTx) CollectEvidence(ctx context.Context, a domain.Application) error {
	return t.Evidence.CaseOpened(ctx, t.tx, a.ID, a.Worker)
}

// DropEvidence forgets all that an application holds.
func (t *inTx) DropEvidence(applicationID string) error {
	return t.Evidence.CaseClosed(t.tx, applicationID)
}

// KeepPaper keeps what a paper proved at the counter.
func (t *inTx) KeepPaper(ctx context.Context, id string, a domain.Application, p domain.Paper) error {
	return t.Evidence.PutPaper(ctx, t.tx, a.ID, &platformv1.Fact{
		Kind: p.Kind, Source: p.Form, SourceId: id, Worker: a.Worker, Since: p.Since, Until: p.Until, Months: int32(p.Months), Code: p.Code, Version: 1,
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

func scanID(s sqldb.Scanner) (id string, err error) { return id, s.Scan(&id) }
