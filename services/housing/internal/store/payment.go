package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// The lease's event tells of a payment.
var payments = table.New(table.Spec[domain.Payment]{
	Table: "payment",
	Columns: func(p *domain.Payment) []table.Column {
		return []table.Column{
			table.Key("id", &p.ID), table.Fixed("lease_id", &p.LeaseID), table.Fixed("month", &p.Month), table.Fixed("amount_fen", &p.AmountFen),
			table.Fixed("paid_on", &p.PaidOn), table.Fixed("reference", &p.Reference),
		}
	},
})

// AddPayment adds a payment unless its reference is known, and returns the id
// of the payment that is there then.
func (t *inTx) AddPayment(ctx context.Context, p domain.Payment) (id string, added bool, err error) {
	if added, err = payments.Add(ctx, t.outbox, t.tx, p); err != nil || added {
		return p.ID, added, err
	}
	return id, false, t.tx.QueryRow(`SELECT id FROM payment WHERE lease_id = $1 AND reference = $2`, p.LeaseID, p.Reference).Scan(&id)
}

// Payments lists what was paid for a lease, oldest first.
func (t *inTx) Payments(leaseID string) ([]domain.Payment, error) {
	return payments.List(t.tx, `WHERE lease_id = $1 ORDER BY paid_on, id`, leaseID)
}

// PaymentsIn lists what was paid for the leases of a county, by lease.
func (t *inTx) PaymentsIn(county string) (map[string][]domain.Payment, error) {
	all, err := payments.List(t.tx, `WHERE lease_id IN (SELECT id FROM lease WHERE county = $1 AND left_on = '') ORDER BY paid_on, id`, county)
	by := map[string][]domain.Payment{}
	for _, p := range all {
		by[p.LeaseID] = append(by[p.LeaseID], p)
	}
	return by, err
}
