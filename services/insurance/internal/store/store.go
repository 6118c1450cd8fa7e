// Package store keeps social insurance in SQL, the same statements for SQLite
// and PostgreSQL.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
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
	log   *outbox.Log
	tasks *task.Queue
}

// New returns the department's store.
func New(log *outbox.Log, tasks *task.Queue) *Store { return &Store{log, tasks} }

// In returns the store within a transaction.
func (s *Store) In(tx *sqldb.Tx) app.Store { return &Tx{s, tx} }

// Tx is the store within one transaction.
type Tx struct {
	*Store
	tx *sqldb.Tx
}

const dutyColumns = `id, hire_id, worker, employer_id, division, state, due_on, enrolment_id, start_on, schemes, version`

func scanDuty(s sqldb.Scanner) (d domain.Duty, err error) {
	var schemes string
	err = s.Scan(&d.ID, &d.HireID, &d.Worker, &d.EmployerID, &d.Division, &d.State, &d.DueOn, &d.EnrolmentID, &d.StartOn, &schemes, &d.Version)
	if schemes != "" {
		d.Schemes = strings.Split(schemes, ",")
	}
	return d, err
}

// Duty loads and locks a duty.
func (t *Tx) Duty(id string) (domain.Duty, error) {
	d, err := scanDuty(t.tx.QueryRow(`SELECT `+dutyColumns+` FROM duty WHERE id = $1`+t.tx.Dialect().ForUpdate(), id))
	if errors.Is(err, sql.ErrNoRows) {
		return d, domain.ErrDutyUnknown
	}
	return d, err
}

// DutyOfHire loads and locks the duty that a hire brought.
func (t *Tx) DutyOfHire(hireID string) (domain.Duty, bool, error) {
	d, err := scanDuty(t.tx.QueryRow(`SELECT `+dutyColumns+` FROM duty WHERE hire_id = $1`+t.tx.Dialect().ForUpdate(), hireID))
	if errors.Is(err, sql.ErrNoRows) {
		return d, false, nil
	}
	return d, err == nil, err
}

// DutiesOf lists a worker's duties.
func (t *Tx) DutiesOf(worker string) ([]domain.Duty, error) {
	return sqldb.Collect(t.tx, scanDuty, `SELECT `+dutyColumns+` FROM duty WHERE worker = $1 ORDER BY id`, worker)
}

// SaveDuty writes a duty and its events, or returns outbox.ErrStale where
// somebody else changed it since it was loaded.
func (t *Tx) SaveDuty(ctx context.Context, d domain.Duty, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO duty (`+dutyColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, due_on = excluded.due_on, enrolment_id = excluded.enrolment_id, schemes = excluded.schemes, version = excluded.version
		WHERE duty.version = $12`,
		d.ID, d.HireID, d.Worker, d.EmployerID, d.Division, string(d.State), d.DueOn.String(), d.EnrolmentID, d.StartOn.String(), strings.Join(d.Schemes, ","), d.Version+int64(max(1, len(events))), d.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return outbox.ErrStale
	}
	return t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: d.ID, Version: d.Version, Worker: d.Worker, Division: d.Division}, messages(events)...)
}

const coverColumns = `id, duty_id, hire_id, worker, division, schemes, from_month, last_month, months, active, version`

func scanCover(s sqldb.Scanner) (c domain.Cover, err error) {
	var schemes string
	var active int64
	err = s.Scan(&c.ID, &c.DutyID, &c.HireID, &c.Worker, &c.Division, &schemes, &c.From, &c.Last, &c.Months, &active, &c.Version)
	c.Schemes, c.Active = strings.Split(schemes, ","), active != 0
	return c, err
}

// Cover loads and locks an enrolment.
func (t *Tx) Cover(id string) (domain.Cover, error) {
	c, err := scanCover(t.tx.QueryRow(`SELECT `+coverColumns+` FROM cover WHERE id = $1`+t.tx.Dialect().ForUpdate(), id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, domain.ErrCoverUnknown
	}
	return c, err
}

// CoverOfHire loads and locks the enrolment of a hire.
func (t *Tx) CoverOfHire(hireID string) (domain.Cover, bool, error) {
	c, err := scanCover(t.tx.QueryRow(`SELECT `+coverColumns+` FROM cover WHERE hire_id = $1`+t.tx.Dialect().ForUpdate(), hireID))
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	return c, err == nil, err
}

// CoversOf lists a worker's enrolments.
func (t *Tx) CoversOf(worker string) ([]domain.Cover, error) {
	return sqldb.Collect(t.tx, scanCover, `SELECT `+coverColumns+` FROM cover WHERE worker = $1 ORDER BY id`, worker)
}

// SaveCover writes an enrolment and its events, or returns outbox.ErrStale.
func (t *Tx) SaveCover(ctx context.Context, c domain.Cover, events ...domain.Event) error {
	active := 0
	if c.Active {
		active = 1
	}
	n, err := t.tx.Exec(`INSERT INTO cover (`+coverColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (id) DO UPDATE SET last_month = excluded.last_month, months = excluded.months, active = excluded.active, version = excluded.version
		WHERE cover.version = $12`,
		c.ID, c.DutyID, c.HireID, c.Worker, c.Division, strings.Join(c.Schemes, ","), string(c.From), string(c.Last), c.Months, active, c.Version+int64(max(1, len(events))), c.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return outbox.ErrStale
	}
	return t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: c.ID, Version: c.Version, Worker: c.Worker, Division: c.Division}, messages(events)...)
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

// Peek reads a duty without locking it, for display.
func (t *Tx) Peek(id string) (domain.Duty, error) {
	d, err := scanDuty(t.tx.QueryRow(`SELECT `+dutyColumns+` FROM duty WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return d, domain.ErrDutyUnknown
	}
	return d, err
}
