package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

const hireColumns = `id, worker, employer_id, offer_id, occupation, county, hazardous, start_on, end_on, wage_fen, basis, confirmed, state,
	ended_on, ground, fact_version, version`

func scanHire(s sqldb.Scanner) (h domain.Hire, err error) {
	var from, to, ended string
	var hazardous, confirmed int64
	if err = s.Scan(&h.ID, &h.Worker, &h.EmployerID, &h.OfferID, &h.Occupation, &h.County, &hazardous, &from, &to, &h.WageFen, &h.Basis, &confirmed, &h.State,
		&ended, &h.Ground, &h.FactVersion, &h.Version); err != nil {
		return h, err
	}
	h.Hazardous, h.Confirmed = hazardous != 0, confirmed != 0
	return h, dates([]string{from, to, ended}, &h.StartOn, &h.EndOn, &h.EndedOn)
}

// Hire loads and locks a hire.
func (t *Tx) Hire(id string) (domain.Hire, error) {
	return load(t.tx.QueryRow(`SELECT `+hireColumns+` FROM hire WHERE id = $1`+t.forUpdate(), id), scanHire, domain.ErrHireUnknown)
}

// HasHire reports whether the employer has a hire of the worker that has
// neither ended nor been undone.
func (t *Tx) HasHire(worker, employerID string) (bool, error) {
	return t.exists(`SELECT 1 FROM hire WHERE worker = $1 AND employer_id = $2 AND state NOT IN ('ended', 'undone') LIMIT 1`, worker, employerID)
}

// HiresOf lists the worker's hires, newest first.
func (t *Tx) HiresOf(worker string) ([]domain.Hire, error) {
	return sqldb.Collect(t.tx, scanHire, `SELECT `+hireColumns+` FROM hire WHERE worker = $1 ORDER BY id DESC`, worker)
}

// EmployersOf gives the names of the employers of the worker's hires; who works
// in a household may know whose it is.
func (t *Tx) EmployersOf(worker string) (map[string]string, error) {
	rows, err := sqldb.Collect(t.tx, t.scanEmployer, `SELECT `+employerColumns+` FROM employer WHERE id IN (SELECT employer_id FROM hire WHERE worker = $1)`, worker)
	all := map[string]string{}
	for _, e := range rows {
		all[e.ID] = e.Name
	}
	return all, err
}

// SaveHire writes a hire and its events, or returns outbox.ErrStale, or
// ErrHireTwice where the employer stated one at the same moment.
func (t *Tx) SaveHire(ctx context.Context, h domain.Hire, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO hire (`+hireColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		ON CONFLICT (id) DO UPDATE SET confirmed = excluded.confirmed, state = excluded.state, ended_on = excluded.ended_on, ground = excluded.ground,
			fact_version = excluded.fact_version, version = excluded.version
		WHERE hire.version = $18`,
		h.ID, h.Worker, h.EmployerID, h.OfferID, h.Occupation, h.County, number(h.Hazardous), h.StartOn.String(), h.EndOn.String(), h.WageFen, string(h.Basis),
		number(h.Confirmed), string(h.State), h.EndedOn.String(), string(h.Ground), h.FactVersion, next(h.Version, events), h.Version)
	if t.tx.Dialect().IsUnique(err) {
		return domain.ErrHireTwice.Because(err)
	}
	return t.saved(ctx, n, err, outbox.Subject{Aggregate: h.ID, Version: h.Version, Worker: h.Worker, Division: h.County}, events)
}
