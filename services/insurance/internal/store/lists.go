package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/insurance/internal/app"
	"github.com/qiao-platform/qiao/services/insurance/internal/domain"
)

// chosen is the condition of a query of duties, in its first four parameters.
var chosen = sqldb.Within("division", 1) + ` AND ($2 = '' OR division = $2) AND ($3 = '' OR employer_id = $3)
	AND ($4 = '' OR state = $4 OR $4 = 'owed' AND state IN ('open', 'overdue'))`

// Duties lists duties behind a mark, by last day and id.
func (t *Tx) Duties(q app.DutyQuery) ([]domain.Duty, error) {
	return duties.List(t.tx, `WHERE `+chosen+` AND (due_on, id) > ($5, $6) ORDER BY due_on, id LIMIT $7`,
		q.Counties, q.County, q.EmployerID, q.State, q.AfterDay, q.AfterID, q.Limit)
}

// Debtors sums what is owed, by the first last day and the employer.
func (t *Tx) Debtors(q app.DutyQuery) ([]app.Debtor, error) {
	return sqldb.Collect(t.tx, func(s sqldb.Scanner) (d app.Debtor, err error) {
		due := ""
		if err = s.Scan(&d.EmployerID, &d.Owed, &d.Overdue, &due); err == nil {
			d.DueOn, err = clock.ParseDate(due)
		}
		return d, err
	}, `SELECT employer_id, count(*), sum(CASE state WHEN 'overdue' THEN 1 ELSE 0 END), min(due_on) FROM duty WHERE `+chosen+`
		GROUP BY employer_id HAVING (min(due_on), employer_id) > ($5, $6) ORDER BY min(due_on), employer_id LIMIT $7`,
		q.Counties, q.County, q.EmployerID, app.Owed, q.AfterDay, q.AfterID, q.Limit)
}

var enrolments = table.New(table.Spec[app.Enrolment]{
	Table: "cover",
	From:  "cover c JOIN duty d ON d.id = c.duty_id",
	Columns: func(e *app.Enrolment) []table.Column {
		c := &e.Cover
		return []table.Column{
			table.Key("id", &c.ID), table.Fixed("duty_id", &c.DutyID), table.Fixed("hire_id", &c.HireID), table.Fixed("worker", &c.Worker),
			table.Fixed("division", &c.Division), table.Fixed("schemes", table.Commas(&c.Schemes)), table.Fixed("from_month", &c.From),
			table.Fixed("last_month", &c.Last), table.Fixed("months", &c.Months), table.Fixed("active", &c.Active), table.Fixed("hire_over", &c.HireOver),
			table.Version(&c.Version), table.Joined("d.employer_id", &e.EmployerID),
		}
	},
	Unknown: domain.ErrCoverUnknown,
})

// Enrolments lists enrolments, newest first; numbers are given in the order of time.
func (t *Tx) Enrolments(q app.EnrolmentQuery) ([]app.Enrolment, error) {
	return enrolments.List(t.tx, `WHERE `+sqldb.Within("c.division", 1)+` AND ($2 = '' OR c.division = $2) AND ($3 = '' OR d.employer_id = $3)
		AND ($4 = '' OR $4 = CASE c.active WHEN 1 THEN 'active' ELSE 'stopped' END) AND ($5 = '' OR c.id < $5) ORDER BY c.id DESC LIMIT $6`,
		q.Counties, q.County, q.EmployerID, q.State, q.Before, q.Limit)
}

// Enrolment reads an enrolment with its employer.
func (t *Tx) Enrolment(id string) (app.Enrolment, error) {
	return enrolments.One(t.tx, `WHERE c.id = $1`, id)
}

// Credited lists the credited months of an enrolment, oldest first.
func (t *Tx) Credited(enrolmentID string) ([]domain.Month, error) {
	return sqldb.Collect(t.tx, func(s sqldb.Scanner) (m domain.Month, err error) {
		err = s.Scan(&m)
		return m, err
	}, `SELECT month FROM credited_month WHERE enrolment_id = $1 ORDER BY month`, enrolmentID)
}

// TakeBackMonth forgets a credited month.
func (t *Tx) TakeBackMonth(enrolmentID string, m domain.Month) error {
	n, err := t.tx.Exec(`DELETE FROM credited_month WHERE enrolment_id = $1 AND month = $2`, enrolmentID, string(m))
	if err == nil && n == 0 {
		return domain.ErrNotCredited
	}
	return err
}

// Read writes to the worker's access log what the caller is shown.
func (t *Tx) Read(ctx context.Context, worker, county, caseID string, kinds ...string) error {
	return t.outbox.Read(ctx, t.tx, worker, county, caseID, kinds...)
}
