package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// applicantsPage bounds what one answer shows of a vacancy's queue.
const applicantsPage = 1000

const applicationColumns = `id, worker, vacancy_id, employer_id, county, state, offer_id, submitted_at, version`

func scanApplication(s sqldb.Scanner) (a domain.Application, err error) {
	var at int64
	err = s.Scan(&a.ID, &a.Worker, &a.VacancyID, &a.EmployerID, &a.County, &a.State, &a.OfferID, &at, &a.Version)
	a.SubmittedAt = sqldb.Time(at)
	return a, err
}

// Application loads and locks an application.
func (t *Tx) Application(id string) (domain.Application, error) {
	return load(t.tx.QueryRow(`SELECT `+applicationColumns+` FROM application WHERE id = $1`+t.forUpdate(), id), scanApplication, domain.ErrApplicationUnknown)
}

// HasApplied reports whether an application of the worker to the vacancy stands.
func (t *Tx) HasApplied(worker, vacancyID string) (bool, error) {
	return t.exists(`SELECT 1 FROM application WHERE worker = $1 AND vacancy_id = $2 AND state <> 'withdrawn'`, worker, vacancyID)
}

// PeekStanding reads the application of a worker to a vacancy that stands.
func (t *Tx) PeekStanding(worker, vacancyID string) (domain.Application, error) {
	return load(t.tx.QueryRow(`SELECT `+applicationColumns+` FROM application WHERE worker = $1 AND vacancy_id = $2 AND state <> 'withdrawn' ORDER BY submitted_at DESC, id DESC LIMIT 1`, worker, vacancyID), scanApplication, domain.ErrApplicationUnknown)
}

// PendingApplications loads and locks the worker's applications that can still be withdrawn.
func (t *Tx) PendingApplications(worker string) ([]domain.Application, error) {
	return sqldb.Collect(t.tx, scanApplication,
		`SELECT `+applicationColumns+` FROM application WHERE worker = $1 AND state IN ('submitted', 'offered') ORDER BY id`+t.forUpdate(), worker)
}

// ApplicationsOf lists the worker's applications, newest first.
func (t *Tx) ApplicationsOf(worker string) ([]domain.Application, error) {
	return sqldb.Collect(t.tx, scanApplication, `SELECT `+applicationColumns+` FROM application WHERE worker = $1 ORDER BY submitted_at DESC, id DESC`, worker)
}

// Applicants lists a vacancy's queue, first come first, without those who withdrew.
func (t *Tx) Applicants(vacancyID string) ([]domain.Application, error) {
	return sqldb.Collect(t.tx, scanApplication,
		`SELECT `+applicationColumns+` FROM application WHERE vacancy_id = $1 AND state <> 'withdrawn' ORDER BY submitted_at, id LIMIT $2`, vacancyID, applicantsPage)
}

// Titles gives the titles of the vacancies that the worker applied for.
func (t *Tx) Titles(worker string) (map[string]string, error) {
	return t.names(`SELECT id, title FROM vacancy WHERE id IN (SELECT vacancy_id FROM application WHERE worker = $1)`, worker)
}

// names reads id and name pairs.
func (t *Tx) names(query string, args ...any) (map[string]string, error) {
	rows, err := sqldb.Collect(t.tx, func(s sqldb.Scanner) (p [2]string, err error) { return p, s.Scan(&p[0], &p[1]) }, query, args...)
	all := map[string]string{}
	for _, p := range rows {
		all[p[0]] = p[1]
	}
	return all, err
}

// SaveApplication writes an application and its events, or returns
// outbox.ErrStale, or ErrApplicationTwice where the worker applied at the same
// moment.
func (t *Tx) SaveApplication(ctx context.Context, a domain.Application, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO application (`+applicationColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, offer_id = excluded.offer_id, version = excluded.version
		WHERE application.version = $10`,
		a.ID, a.Worker, a.VacancyID, a.EmployerID, a.County, string(a.State), a.OfferID, sqldb.Micros(a.SubmittedAt), next(a.Version, events), a.Version)
	if t.tx.Dialect().IsUnique(err) {
		return domain.ErrApplicationTwice.Because(err)
	}
	return t.saved(ctx, n, err, outbox.Subject{Aggregate: a.ID, Version: a.Version, Worker: a.Worker, Division: a.County}, events)
}
