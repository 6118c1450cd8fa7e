package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

var leases = table.New(table.Spec[domain.Lease]{
	Table: "lease",
	Columns: func(l *domain.Lease) []table.Column {
		return []table.Column{
			table.Key("id", &l.ID), table.Fixed("offer_id", &l.OfferID), table.Fixed("application_id", &l.ApplicationID), table.Fixed("home_id", &l.HomeID),
			table.Fixed("worker", &l.Worker), table.Fixed("county", &l.County), table.Fixed("starts_on", &l.StartsOn), table.Changing("ends_on", &l.EndsOn),
			table.Fixed("rent_fen", &l.RentFen), table.Fixed("kind", &l.Kind), table.Changing("left_on", &l.LeftOn), table.Changing("vacant_since", &l.VacantSince),
			table.Changing("renewal_told", &l.RenewalTold), table.Changing("looked_on", &l.LookedOn), table.Version(&l.Version),
		}
	},
	About: func(l *domain.Lease) outbox.Subject {
		return outbox.Subject{Aggregate: l.ID, Worker: l.Worker, Division: l.County}
	},
	Unknown: domain.ErrLeaseUnknown,
})

// Lease loads and locks a lease.
func (t *inTx) Lease(id string) (domain.Lease, error) { return leases.Load(t.tx, id) }

// PeekLease reads a lease without locking it.
func (t *inTx) PeekLease(id string) (domain.Lease, error) { return leases.Peek(t.tx, id) }

// tenant is whose a lease is. What hangs on a lease goes with it, where the lease was
// assigned to another when two persons were parted.
func (t *inTx) tenant(leaseID string) (worker string, err error) {
	return worker, t.tx.QueryRow(`SELECT worker FROM lease WHERE id = $1`, leaseID).Scan(&worker)
}

// SaveLease writes a lease and its events; a second lease of an offer is outbox.ErrStale.
func (t *inTx) SaveLease(ctx context.Context, l domain.Lease, events ...domain.Event) error {
	return leases.Save(ctx, t.outbox, t.tx, l, events...)
}

// LeasesOf lists a worker's leases, oldest first.
func (t *inTx) LeasesOf(worker string) ([]domain.Lease, error) {
	return leases.List(t.tx, `WHERE `+person.Whose("worker", 1)+` ORDER BY starts_on, id`, worker)
}

// LeasesIn lists the leases of a county whose tenant has not left.
func (t *inTx) LeasesIn(county string) ([]domain.Lease, error) {
	return leases.List(t.tx, `WHERE county = $1 AND left_on = '' ORDER BY ends_on, id`, county)
}
