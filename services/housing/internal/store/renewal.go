package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// A second wish of a lease beside one that waits is refused by the table itself.
var renewals = table.New(table.Spec[domain.Renewal]{
	Table: "renewal",
	Columns: func(r *domain.Renewal) []table.Column {
		return []table.Column{
			table.Key("id", &r.ID), table.Fixed("lease_id", &r.LeaseID), table.Fixed("worker", &r.Worker), table.Fixed("county", &r.County),
			table.Changing("state", &r.State), table.Fixed("asked_on", &r.AskedOn), table.Changing("ends_on", &r.EndsOn),
			table.Changing("reasons", table.JSON(&r.Reasons)), table.Version(&r.Version),
		}
	},
	About: func(r *domain.Renewal) outbox.Subject {
		return outbox.Subject{Aggregate: r.ID, Worker: r.Worker, Division: r.County}
	},
	Unknown: domain.ErrRenewalUnknown,
	Twice:   domain.ErrRenewalTwice,
})

// Renewal loads and locks a wish for another term.
func (t *inTx) Renewal(id string) (domain.Renewal, error) {
	r, err := renewals.Load(t.tx, id)
	if err != nil {
		return r, err
	}
	r.Worker, err = t.tenant(r.LeaseID)
	return r, err
}

// RenewalsOf lists a lease's renewals, the newest first.
func (t *inTx) RenewalsOf(leaseID string) ([]domain.Renewal, error) {
	return renewals.List(t.tx, `WHERE lease_id = $1 ORDER BY id DESC`, leaseID)
}

// renewalsIn is the wishes of a county that wait for a decision.
const renewalsIn = `WHERE county = $1 AND state = 'asked' ORDER BY id`

// RenewalsIn lists the wishes of a county that wait for a decision.
func (t *inTx) RenewalsIn(county string) ([]domain.Renewal, error) {
	return renewals.List(t.tx, renewalsIn, county)
}

// SaveRenewal writes a renewal and its events.
func (t *inTx) SaveRenewal(ctx context.Context, r domain.Renewal, events ...domain.Event) error {
	return renewals.Save(ctx, t.outbox, t.tx, r, events...)
}
