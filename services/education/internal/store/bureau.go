package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

const taskColumns = `id, application_id, worker, county, stage, round_id, state, due_on, opened_at, reasons, version`

func scanTask(s sqldb.Scanner) (b domain.Task, err error) {
	var opened int64
	var reasons string
	if err = s.Scan(&b.ID, &b.ApplicationID, &b.Worker, &b.County, &b.Stage, &b.RoundID, &b.State, &b.DueOn, &opened, &reasons, &b.Version); err != nil {
		return b, err
	}
	b.OpenedAt = sqldb.Time(opened)
	b.Reasons, err = traces(reasons)
	return b, err
}

// PeekTask reads a task without locking it.
func (t *inTx) PeekTask(id string) (domain.Task, error) {
	b, err := scanTask(t.tx.QueryRow(`SELECT `+taskColumns+` FROM bureau_task WHERE id = $1`, id))
	return found(b, err, domain.ErrTaskUnknown)
}

// TaskOf loads and locks the task of an application, or returns ErrTaskUnknown.
func (t *inTx) TaskOf(applicationID string) (domain.Task, error) {
	return t.taskOf(applicationID, t.lock())
}

// PeekTaskOf reads that task without locking it.
func (t *inTx) PeekTaskOf(applicationID string) (domain.Task, error) {
	return t.taskOf(applicationID, "")
}

func (t *inTx) taskOf(applicationID, lock string) (domain.Task, error) {
	b, err := scanTask(t.tx.QueryRow(`SELECT `+taskColumns+` FROM bureau_task WHERE application_id = $1`+lock, applicationID))
	return found(b, err, domain.ErrTaskUnknown)
}

// Tasks lists open tasks, those that are due first before the others.
func (t *inTx) Tasks(county string) ([]domain.Task, error) {
	return sqldb.Collect(t.tx, scanTask, `SELECT `+taskColumns+` FROM bureau_task WHERE state = 'open' AND ($1 = '' OR county = $1) ORDER BY due_on, id`, county)
}

// SaveTask writes a task and its events, or returns outbox.ErrStale.
func (t *inTx) SaveTask(ctx context.Context, b domain.Task, events ...domain.Event) error {
	reasons, err := written(b.Reasons)
	if err != nil {
		return err
	}
	n, err := t.tx.Exec(`INSERT INTO bureau_task (`+taskColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, due_on = excluded.due_on, version = excluded.version WHERE bureau_task.version = $12`,
		b.ID, b.ApplicationID, b.Worker, b.County, string(b.Stage), b.RoundID, b.State, b.DueOn.String(), sqldb.Micros(b.OpenedAt), reasons, next(b.Version, len(events)), b.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return outbox.ErrStale
	}
	return t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: b.ID, Version: b.Version, Worker: b.Worker, Division: b.County}, messages(events)...)
}

const appealColumns = `id, round_id, application_id, worker, county, school_id, ground, state, relief, due_on, filed_at, decided_by, reason_code, reasons, version`

func scanAppeal(s sqldb.Scanner) (a domain.Appeal, err error) {
	var filed int64
	var reasons string
	if err = s.Scan(&a.ID, &a.RoundID, &a.ApplicationID, &a.Worker, &a.County, &a.SchoolID, &a.Ground, &a.State, &a.Remedy, &a.DueOn, &filed, &a.DecidedBy, &a.Why, &reasons, &a.Version); err != nil {
		return a, err
	}
	a.FiledAt = sqldb.Time(filed)
	a.Reasons, err = traces(reasons)
	return a, err
}

// Appeal loads and locks an appeal.
func (t *inTx) Appeal(id string) (domain.Appeal, error) { return t.appeal(id, t.lock()) }

// PeekAppeal reads an appeal without locking it.
func (t *inTx) PeekAppeal(id string) (domain.Appeal, error) { return t.appeal(id, "") }

func (t *inTx) appeal(id, lock string) (domain.Appeal, error) {
	a, err := scanAppeal(t.tx.QueryRow(`SELECT `+appealColumns+` FROM appeal WHERE id = $1`+lock, id))
	return found(a, err, domain.ErrAppealUnknown)
}

// AppealsOf lists an application's appeals, the newest first.
func (t *inTx) AppealsOf(applicationID string) ([]domain.Appeal, error) {
	return sqldb.Collect(t.tx, scanAppeal, `SELECT `+appealColumns+` FROM appeal WHERE application_id = $1 ORDER BY filed_at DESC, id DESC`, applicationID)
}

// Appeals lists a county's appeals, those that wait first.
func (t *inTx) Appeals(county string) ([]domain.Appeal, error) {
	return sqldb.Collect(t.tx, scanAppeal, `SELECT `+appealColumns+` FROM appeal WHERE ($1 = '' OR county = $1)
		ORDER BY CASE state WHEN 'filed' THEN 0 ELSE 1 END, due_on, id`, county)
}

// SaveAppeal writes an appeal and its events. A second one of its application,
// round and school is ErrAppealTwice.
func (t *inTx) SaveAppeal(ctx context.Context, a domain.Appeal, events ...domain.Event) error {
	reasons, err := written(a.Reasons)
	if err != nil {
		return err
	}
	n, err := t.tx.Exec(`INSERT INTO appeal (`+appealColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, reason_code = excluded.reason_code, relief = excluded.relief, decided_by = excluded.decided_by, reasons = excluded.reasons, version = excluded.version
		WHERE appeal.version = $16`,
		a.ID, a.RoundID, a.ApplicationID, a.Worker, a.County, a.SchoolID, a.Ground, a.State, a.Remedy, a.DueOn.String(), sqldb.Micros(a.FiledAt), a.DecidedBy, a.Why, reasons, next(a.Version, len(events)), a.Version)
	if t.tx.Dialect().IsUnique(err) {
		return domain.ErrAppealTwice.Because(err)
	}
	if err != nil {
		return err
	}
	if n == 0 {
		return outbox.ErrStale
	}
	return t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: a.ID, Version: a.Version, Worker: a.Worker, Division: a.County}, messages(events)...)
}
