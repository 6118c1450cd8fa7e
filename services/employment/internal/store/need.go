package store

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

const needColumns = `id, employer_id, month, occupation, county, count, reported_at, version`

func scanNeed(s sqldb.Scanner) (n domain.Need, err error) {
	var at int64
	err = s.Scan(&n.ID, &n.EmployerID, &n.Month, &n.Occupation, &n.County, &n.Count, &at, &n.Version)
	n.ReportedAt = sqldb.Time(at)
	return n, err
}

// errNoNeed stays within this file.
var errNoNeed = errors.New("no line")

// Need loads and locks an employer's line, or gives a new one.
func (t *Tx) Need(employerID, month, occupation, county string) (domain.Need, error) {
	n, err := load(t.tx.QueryRow(`SELECT `+needColumns+` FROM seasonal_need WHERE employer_id = $1 AND month = $2 AND occupation = $3 AND county = $4`+t.forUpdate(),
		employerID, month, occupation, county), scanNeed, errNoNeed)
	if errors.Is(err, errNoNeed) {
		return domain.Need{EmployerID: employerID, Month: month, Occupation: occupation, County: county}, nil
	}
	return n, err
}

// SaveNeed writes a line and its events, or returns outbox.ErrStale.
func (t *Tx) SaveNeed(ctx context.Context, n domain.Need, events ...domain.Event) error {
	rows, err := t.tx.Exec(`INSERT INTO seasonal_need (`+needColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO UPDATE SET count = excluded.count, reported_at = excluded.reported_at, version = excluded.version
		WHERE seasonal_need.version = $9`,
		n.ID, n.EmployerID, n.Month, n.Occupation, n.County, n.Count, sqldb.Micros(n.ReportedAt), next(n.Version, events), n.Version)
	if t.tx.Dialect().IsUnique(err) { // the same line at the same moment: repeated, it is found
		return outbox.ErrStale.Because(err)
	}
	return t.saved(ctx, rows, err, outbox.Subject{Aggregate: n.ID, Version: n.Version, Division: n.County}, events)
}

// NeedSums gives the sums of what was reported, by month, occupation and county.
func (t *Tx) NeedSums(q app.NeedQuery) ([]domain.NeedSum, error) {
	return sqldb.Collect(t.tx, func(s sqldb.Scanner) (n domain.NeedSum, err error) {
		return n, s.Scan(&n.Month, &n.Occupation, &n.County, &n.Count, &n.Employers)
	}, `SELECT month, occupation, county, CAST(sum(count) AS BIGINT), count(*) FROM seasonal_need
		WHERE count > 0 AND ($1 = '' OR employer_id = $1) AND ($2 = '' OR month >= $2) AND ($3 = '' OR month <= $3) AND ($4 = '' OR county = $4)
		GROUP BY month, occupation, county ORDER BY month, occupation, county`, q.EmployerID, q.FromMonth, q.ToMonth, q.County)
}
