// Package store keeps social insurance in SQL, the same statements for SQLite
// and PostgreSQL.
package store

import (
	"context"
	"embed"
	"time"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/services/insurance/internal/app"
	"github.com/qiao-platform/qiao/services/insurance/internal/domain"
)

// Migrations holds the department's tables.
//
//go:embed migrations
var Migrations embed.FS

// TaskCheckDuty is the kind of the task that CheckDutyAt leaves; its payload
// is the duty's id.
const TaskCheckDuty = "insurance.check_duty"

// TaskAskAge is the kind of the task that AskAge leaves; its payload is a duty's id.
const TaskAskAge = "insurance.ask_age"

// Store gives transactions their tables and events.
type Store struct {
	outbox *outbox.Outbox
	tasks  *task.Queue
}

// New returns the department's store.
func New(log *outbox.Outbox, tasks *task.Queue) *Store { return &Store{log, tasks} }

// In returns the store within a transaction.
func (s *Store) In(tx *sqldb.Tx) app.Store { return &Tx{s, tx} }

// Tx is the store within one transaction.
type Tx struct {
	*Store
	tx *sqldb.Tx
}

var duties = table.New(table.Spec[domain.Duty]{
	Table: "duty",
	Columns: func(d *domain.Duty) []table.Column {
		return []table.Column{
			table.Key("id", &d.ID), table.Fixed("hire_id", &d.HireID), table.Fixed("worker", &d.Worker), table.Fixed("employer_id", &d.EmployerID),
			table.Fixed("division", &d.Division), table.Changing("state", &d.State), table.Changing("due_on", &d.DueOn),
			table.Changing("enrolment_id", &d.EnrolmentID), table.Fixed("start_on", &d.StartOn), table.Changing("schemes", table.Commas(&d.Schemes)),
			table.Version(&d.Version),
		}
	},
	About: func(d *domain.Duty) outbox.Subject {
		return outbox.Subject{Aggregate: d.ID, Worker: d.Worker, Division: d.Division}
	},
	Unknown: domain.ErrDutyUnknown,
})

// Duty loads and locks a duty.
func (t *Tx) Duty(id string) (domain.Duty, error) { return duties.Load(t.tx, id) }

// Peek reads a duty without locking it.
func (t *Tx) Peek(id string) (domain.Duty, error) { return duties.Peek(t.tx, id) }

// DutyOfHire loads and locks the duty that a hire brought.
func (t *Tx) DutyOfHire(hireID string) (domain.Duty, bool, error) {
	return duties.Find(t.tx, `WHERE hire_id = $1`+duties.Lock(t.tx), hireID)
}

// DutiesOf lists a worker's duties.
func (t *Tx) DutiesOf(worker string) ([]domain.Duty, error) {
	return duties.List(t.tx, `WHERE `+person.Whose("worker", 1)+` ORDER BY id`, worker)
}

// StandingDuties lists a worker's duties that are not fulfilled and not closed.
func (t *Tx) StandingDuties(worker string) ([]domain.Duty, error) {
	return duties.List(t.tx, `WHERE `+person.Whose("worker", 1)+` AND state IN ('open', 'overdue', 'frozen') ORDER BY id`, worker)
}

// SaveDuty writes a duty and its events.
func (t *Tx) SaveDuty(ctx context.Context, d domain.Duty, events ...domain.Event) error {
	return duties.Save(ctx, t.outbox, t.tx, d, events...)
}

var covers = table.New(table.Spec[domain.Cover]{
	Table: "cover",
	Columns: func(c *domain.Cover) []table.Column {
		return []table.Column{
			table.Key("id", &c.ID), table.Fixed("duty_id", &c.DutyID), table.Fixed("hire_id", &c.HireID), table.Fixed("worker", &c.Worker),
			table.Fixed("division", &c.Division), table.Changing("schemes", table.Commas(&c.Schemes)), table.Changing("from_month", &c.From),
			table.Changing("last_month", &c.Last), table.Changing("months", &c.Months), table.Changing("active", &c.Active), table.Changing("hire_over", &c.HireOver),
			table.Version(&c.Version),
		}
	},
	About: func(c *domain.Cover) outbox.Subject {
		return outbox.Subject{Aggregate: c.ID, Worker: c.Worker, Division: c.Division}
	},
	Unknown: domain.ErrCoverUnknown,
})

// Cover loads and locks an enrolment.
func (t *Tx) Cover(id string) (domain.Cover, error) { return covers.Load(t.tx, id) }

// CoverOfHire loads and locks the enrolment of a hire.
func (t *Tx) CoverOfHire(hireID string) (domain.Cover, bool, error) {
	return covers.Find(t.tx, `WHERE hire_id = $1`+covers.Lock(t.tx), hireID)
}

// CoversOf lists a worker's enrolments.
func (t *Tx) CoversOf(worker string) ([]domain.Cover, error) {
	return covers.List(t.tx, `WHERE `+person.Whose("worker", 1)+` ORDER BY id`, worker)
}

// StandingCovers lists a worker's enrolments that go on, or could while the hire lasts.
func (t *Tx) StandingCovers(worker string) ([]domain.Cover, error) {
	return covers.List(t.tx, `WHERE `+person.Whose("worker", 1)+` AND (active = 1 OR hire_over = 0) ORDER BY id`, worker)
}

// SaveCover writes an enrolment and its events.
func (t *Tx) SaveCover(ctx context.Context, c domain.Cover, events ...domain.Event) error {
	return covers.Save(ctx, t.outbox, t.tx, c, events...)
}

// CreditMonth notes a month once.
func (t *Tx) CreditMonth(enrolmentID string, m domain.Month) error {
	n, err := t.tx.Exec(`INSERT INTO credited_month (enrolment_id, month) VALUES ($1, $2) ON CONFLICT DO NOTHING`, enrolmentID, string(m))
	if err == nil && n == 0 {
		return domain.ErrMonthTwice
	}
	return err
}

// CheckDutyAt leaves a task for the end of a duty's time.
func (t *Tx) CheckDutyAt(ctx context.Context, dutyID string, at time.Time) error {
	return t.tasks.Add(ctx, t.tx, TaskCheckDuty, []byte(dutyID), at)
}

// AskAge leaves a task for the registry to be asked.
func (t *Tx) AskAge(ctx context.Context, dutyID string, at time.Time) error {
	return t.tasks.Add(ctx, t.tx, TaskAskAge, []byte(dutyID), at)
}
