// Package fair keeps job fairs in SQL.
package fair

import (
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	jobs "github.com/qiao-platform/qiao/services/employment/internal/app"
	app "github.com/qiao-platform/qiao/services/employment/internal/app/fair"
)

// applicantsPage bounds what one answer shows of who applied to a post.
const applicantsPage = 1000

// Store gives transactions their tables and events.
type Store struct {
	outbox *outbox.Outbox
	tasks  *task.Queue
	jobs   func(*sqldb.Tx) jobs.Store
}

// New returns the store of job fairs; in gives that of vacancies and applications
// within a transaction.
func New(log *outbox.Outbox, tasks *task.Queue, in func(*sqldb.Tx) jobs.Store) *Store {
	return &Store{log, tasks, in}
}

// In returns the store within a transaction.
func (s *Store) In(tx *sqldb.Tx) app.Store { return &inTx{s, tx} }

// inTx is the store within one transaction.
type inTx struct {
	*Store
	tx *sqldb.Tx
}

// Jobs is the store of vacancies and applications in the same transaction.
func (t *inTx) Jobs() jobs.Store { return t.jobs(t.tx) }

func scanText(s sqldb.Scanner) (text string, err error) { return text, s.Scan(&text) }
