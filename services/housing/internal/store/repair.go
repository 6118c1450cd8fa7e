package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

var repairs = table.New(table.Spec[domain.Repair]{
	Table: "repair",
	Columns: func(r *domain.Repair) []table.Column {
		return []table.Column{
			table.Key("id", &r.ID), table.Fixed("lease_id", &r.LeaseID), table.Fixed("worker", &r.Worker), table.Fixed("county", &r.County),
			table.Fixed("what", &r.What), table.Changing("state", &r.State), table.Fixed("reported_on", &r.ReportedOn),
			table.Changing("planned_on", &r.PlannedOn), table.Changing("done_on", &r.DoneOn), table.Version(&r.Version),
		}
	},
	About: func(r *domain.Repair) outbox.Subject {
		return outbox.Subject{Aggregate: r.ID, Worker: r.Worker, Division: r.County}
	},
	Unknown: domain.ErrRepairUnknown,
})

// Repair loads and locks a repair.
func (t *inTx) Repair(id string) (domain.Repair, error) {
	r, err := repairs.Load(t.tx, id)
	if err != nil {
		return r, err
	}
	r.Worker, err = t.tenant(r.LeaseID)
	return r, err
}

// RepairsOf lists a lease's repairs, the newest first.
func (t *inTx) RepairsOf(leaseID string) ([]domain.Repair, error) {
	return repairs.List(t.tx, `WHERE lease_id = $1 ORDER BY id DESC`, leaseID)
}

// repairsIn is the repairs of a county that are not confirmed.
const repairsIn = `WHERE county = $1 AND state <> 'confirmed' ORDER BY id`

// RepairsIn lists the repairs of a county that are not confirmed, oldest first.
func (t *inTx) RepairsIn(county string) ([]domain.Repair, error) {
	return repairs.List(t.tx, repairsIn, county)
}

// SaveRepair writes a repair and its events.
func (t *inTx) SaveRepair(ctx context.Context, r domain.Repair, events ...domain.Event) error {
	return repairs.Save(ctx, t.outbox, t.tx, r, events...)
}
