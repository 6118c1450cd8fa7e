package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// What a decision on a pair brings is told by its applications.
var doubles = table.New(table.Spec[domain.Double]{
	Table: "list_double",
	Columns: func(d *domain.Double) []table.Column {
		return []table.Column{
			table.Key("id", &d.ID), table.Fixed("county", &d.County), table.Fixed("kind", &d.Kind), table.Fixed("application_id", &d.First),
			table.Fixed("other_application_id", &d.Second), table.Fixed("grounds", table.Commas(&d.Grounds)), table.Changing("state", &d.State),
			table.Changing("withdrawn_id", &d.Withdrawn), table.Changing("reason_code", &d.Why), table.Changing("decided_by", &d.DecidedBy),
			table.Changing("decided_at", &d.DecidedAt), table.Version(&d.Version),
		}
	},
	About: func(d *domain.Double) outbox.Subject {
		return outbox.Subject{Aggregate: d.ID, Division: d.County}
	},
	Unknown: domain.ErrDoubleUnknown,
})

// Double reads a pair of applications; who changes it holds its list.
func (t *inTx) Double(id string) (domain.Double, error) { return doubles.Peek(t.tx, id) }

// Doubles lists a list's pairs, those that wait for a decision first.
func (t *inTx) Doubles(county string, kind domain.Kind) ([]domain.Double, error) {
	return doubles.List(t.tx, `WHERE county = $1 AND kind = $2 ORDER BY CASE state WHEN 'open' THEN 0 ELSE 1 END, id`, county, string(kind))
}

// SaveDouble writes a pair.
func (t *inTx) SaveDouble(ctx context.Context, d domain.Double, events ...domain.Event) error {
	return doubles.Save(ctx, t.outbox, t.tx, d, events...)
}
