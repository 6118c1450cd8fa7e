package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

var bureauTasks = table.New(table.Spec[domain.Task]{
	Table: "bureau_task",
	Columns: func(b *domain.Task) []table.Column {
		return []table.Column{
			table.Key("id", &b.ID), table.Fixed("application_id", &b.ApplicationID), table.Fixed("worker", &b.Worker), table.Fixed("county", &b.County),
			table.Fixed("stage", &b.Stage), table.Fixed("round_id", &b.RoundID), table.Changing("state", &b.State), table.Changing("due_on", &b.DueOn),
			table.Fixed("opened_at", &b.OpenedAt), table.Fixed("reasons", table.JSON(&b.Reasons)), table.Version(&b.Version),
		}
	},
	About: func(b *domain.Task) outbox.Subject {
		return outbox.Subject{Aggregate: b.ID, Worker: b.Worker, Division: b.County}
	},
	Unknown: domain.ErrTaskUnknown,
})

// PeekTask reads a task without locking it.
func (t *inTx) PeekTask(id string) (domain.Task, error) { return bureauTasks.Peek(t.tx, id) }

// TaskOf loads and locks the task of an application, or returns ErrTaskUnknown.
func (t *inTx) TaskOf(applicationID string) (domain.Task, error) {
	return bureauTasks.One(t.tx, `WHERE application_id = $1`+bureauTasks.Lock(t.tx), applicationID)
}

// PeekTaskOf reads that task without locking it.
func (t *inTx) PeekTaskOf(applicationID string) (domain.Task, error) {
	return bureauTasks.One(t.tx, `WHERE application_id = $1`, applicationID)
}

// Tasks lists open tasks, those that are due first before the others.
func (t *inTx) Tasks(county string) ([]domain.Task, error) {
	return bureauTasks.List(t.tx, `WHERE state = 'open' AND ($1 = '' OR county = $1) ORDER BY due_on, id`, county)
}

// SaveTask writes a task and its events, or returns outbox.ErrStale.
func (t *inTx) SaveTask(ctx context.Context, b domain.Task, events ...domain.Event) error {
	return saveKept(ctx, t, bureauTasks, b, b.ApplicationID, events)
}

var appeals = table.New(table.Spec[domain.Appeal]{
	Table: "appeal",
	Columns: func(a *domain.Appeal) []table.Column {
		return []table.Column{
			table.Key("id", &a.ID), table.Fixed("round_id", &a.RoundID), table.Fixed("application_id", &a.ApplicationID), table.Fixed("worker", &a.Worker),
			table.Fixed("county", &a.County), table.Fixed("school_id", &a.SchoolID), table.Fixed("ground", &a.Ground), table.Changing("state", &a.State),
			table.Changing("relief", &a.Remedy), table.Fixed("due_on", &a.DueOn), table.Fixed("filed_at", &a.FiledAt), table.Changing("decided_by", &a.DecidedBy),
			table.Changing("reason_code", &a.Why), table.Changing("reasons", table.JSON(&a.Reasons)), table.Version(&a.Version),
		}
	},
	About: func(a *domain.Appeal) outbox.Subject {
		return outbox.Subject{Aggregate: a.ID, Worker: a.Worker, Division: a.County}
	},
	Unknown: domain.ErrAppealUnknown,
	Twice:   domain.ErrAppealTwice,
})

// Appeal loads and locks an appeal.
func (t *inTx) Appeal(id string) (domain.Appeal, error) { return appeals.Load(t.tx, id) }

// PeekAppeal reads an appeal without locking it.
func (t *inTx) PeekAppeal(id string) (domain.Appeal, error) { return appeals.Peek(t.tx, id) }

// AppealsOf lists an application's appeals, the newest first.
func (t *inTx) AppealsOf(applicationID string) ([]domain.Appeal, error) {
	return appeals.List(t.tx, `WHERE application_id = $1 ORDER BY filed_at DESC, id DESC`, applicationID)
}

// Appeals lists a county's appeals, those that wait first.
func (t *inTx) Appeals(county string) ([]domain.Appeal, error) {
	return appeals.List(t.tx, `WHERE ($1 = '' OR county = $1) ORDER BY CASE state WHEN 'filed' THEN 0 ELSE 1 END, due_on, id`, county)
}

// SaveAppeal writes an appeal and its events. A second one of its application,
// round and school is ErrAppealTwice.
func (t *inTx) SaveAppeal(ctx context.Context, a domain.Appeal, events ...domain.Event) error {
	return saveKept(ctx, t, appeals, a, a.ApplicationID, events)
}
