package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

var reliefs = table.New(table.Spec[domain.Relief]{
	Table: "relief",
	Columns: func(f *domain.Relief) []table.Column {
		return []table.Column{
			table.Key("id", &f.ID), table.Fixed("round_id", &f.RoundID), table.Fixed("application_id", &f.ApplicationID), table.Fixed("worker", &f.Worker),
			table.Fixed("county", &f.County), table.Fixed("kind", &f.Kind), table.Changing("state", &f.State), table.Fixed("due_on", &f.DueOn),
			table.Version(&f.Version),
		}
	},
	About: func(f *domain.Relief) outbox.Subject {
		return outbox.Subject{Aggregate: f.ID, Worker: f.Worker, Division: f.County}
	},
})

// Reliefs lists who stands first in the lists of a county.
func (t *inTx) Reliefs(county string) ([]domain.Relief, error) {
	return reliefs.List(t.tx, `WHERE county = $1 AND state = 'open' ORDER BY id`, county)
}

// ReliefsOf lists the open reliefs of an application.
func (t *inTx) ReliefsOf(applicationID string) ([]domain.Relief, error) {
	return reliefs.List(t.tx, `WHERE application_id = $1 AND state = 'open' ORDER BY id`, applicationID)
}

// SaveRelief writes a relief and its events.
func (t *inTx) SaveRelief(ctx context.Context, f domain.Relief, events ...domain.Event) error {
	return reliefs.Save(ctx, t.outbox, t.tx, f, events...)
}
