package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// The same line at the same moment is refused as stale: repeated, it is found.
var needs = table.New(table.Spec[domain.Need]{
	Table: "seasonal_need",
	Columns: func(n *domain.Need) []table.Column {
		return []table.Column{
			table.Key("id", &n.ID), table.Fixed("employer_id", &n.EmployerID), table.Fixed("month", &n.Month), table.Fixed("occupation", &n.Occupation),
			table.Fixed("county", &n.County), table.Changing("count", &n.Count), table.Changing("reported_at", &n.ReportedAt), table.Version(&n.Version),
		}
	},
	About: func(n *domain.Need) outbox.Subject { return outbox.Subject{Aggregate: n.ID, Division: n.County} },
})

// Need loads and locks an employer's line, or gives a new one.
func (t *Tx) Need(employerID, month, occupation, county string) (domain.Need, error) {
	n, found, err := needs.Find(t.tx, `WHERE employer_id = $1 AND month = $2 AND occupation = $3 AND county = $4`+needs.Lock(t.tx), employerID, month, occupation, county)
	if err == nil && !found {
		n = domain.Need{EmployerID: employerID, Month: month, Occupation: occupation, County: county}
	}
	return n, err
}

// SaveNeed writes a line and its events.
func (t *Tx) SaveNeed(ctx context.Context, n domain.Need, events ...domain.Event) error {
	return needs.Save(ctx, t.outbox, t.tx, n, events...)
}

// NeedSums gives the sums of what was reported, by month, occupation and county.
func (t *Tx) NeedSums(q app.NeedQuery) ([]domain.NeedSum, error) {
	return sqldb.Collect(t.tx, func(s sqldb.Scanner) (n domain.NeedSum, err error) {
		return n, s.Scan(&n.Month, &n.Occupation, &n.County, &n.Count, &n.Employers)
	}, `SELECT month, occupation, county, CAST(sum(count) AS BIGINT), count(*) FROM seasonal_need
		WHERE count > 0 AND ($1 = '' OR employer_id = $1) AND ($2 = '' OR month >= $2) AND ($3 = '' OR month <= $3) AND ($4 = '' OR county = $4)
		GROUP BY month, occupation, county ORDER BY month, occupation, county`, q.EmployerID, q.FromMonth, q.ToMonth, q.County)
}
