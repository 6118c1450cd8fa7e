package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

const offerColumns = `id, application_id, home_id, worker, county, state, answer_days, offered_at, answer_by, accepted_at, in_person, version`

func scanOffer(s sqldb.Scanner) (o domain.Offer, err error) {
	var offered, answer, accepted, inPerson int64
	err = s.Scan(&o.ID, &o.ApplicationID, &o.HomeID, &o.Worker, &o.County, &o.State, &o.AnswerDays, &offered, &answer, &accepted, &inPerson, &o.Version)
	o.OfferedAt, o.AnswerBy, o.AcceptedAt, o.InPerson = sqldb.Time(offered), sqldb.Time(answer), sqldb.Time(accepted), inPerson != 0
	return o, err
}

// Offer loads and locks an offer.
func (t *Tx) Offer(id string) (domain.Offer, error) { return t.offer(id, t.lock()) }

// PeekOffer reads an offer without locking it.
func (t *Tx) PeekOffer(id string) (domain.Offer, error) { return t.offer(id, "") }

func (t *Tx) offer(id, lock string) (domain.Offer, error) {
	o, err := scanOffer(t.tx.QueryRow(`SELECT `+offerColumns+` FROM offer WHERE id = $1`+lock, id))
	return found(o, err, domain.ErrOfferUnknown)
}

// SaveOffer writes an offer and its events, or returns outbox.ErrStale. A
// second offer of a home that is held is ErrHomeTaken: the table itself holds
// that limit, beside the lock that the use case takes.
func (t *Tx) SaveOffer(ctx context.Context, o domain.Offer, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO offer (`+offerColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, answer_by = excluded.answer_by, accepted_at = excluded.accepted_at,
			in_person = excluded.in_person, version = excluded.version
		WHERE offer.version = $13`,
		o.ID, o.ApplicationID, o.HomeID, o.Worker, o.County, string(o.State), o.AnswerDays, sqldb.Micros(o.OfferedAt), sqldb.Micros(o.AnswerBy),
		sqldb.Micros(o.AcceptedAt), bit(o.InPerson), next(o.Version, len(events)), o.Version)
	if t.tx.Dialect().IsUnique(err) {
		return domain.ErrHomeTaken.Because(err)
	}
	if err != nil {
		return err
	}
	if n == 0 {
		return outbox.ErrStale
	}
	return t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: o.ID, Version: o.Version, Worker: o.Worker, Division: o.County}, messages(events)...)
}

const leaseColumns = `id, offer_id, application_id, home_id, worker, county, starts_on, ends_on, rent_fen, version`

func scanLease(s sqldb.Scanner) (l domain.Lease, err error) {
	var starts, ends string
	if err = s.Scan(&l.ID, &l.OfferID, &l.ApplicationID, &l.HomeID, &l.Worker, &l.County, &starts, &ends, &l.RentFen, &l.Version); err != nil {
		return l, err
	}
	if l.StartsOn, err = clock.ParseDate(starts); err != nil {
		return l, err
	}
	l.EndsOn, err = clock.ParseDate(ends)
	return l, err
}

// AddLease writes a new lease and its events.
func (t *Tx) AddLease(ctx context.Context, l domain.Lease, events ...domain.Event) error {
	_, err := t.tx.Exec(`INSERT INTO lease (`+leaseColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		l.ID, l.OfferID, l.ApplicationID, l.HomeID, l.Worker, l.County, l.StartsOn.String(), l.EndsOn.String(), l.RentFen, next(0, len(events)))
	if t.tx.Dialect().IsUnique(err) {
		return outbox.ErrStale.Because(err)
	}
	if err != nil {
		return err
	}
	return t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: l.ID, Worker: l.Worker, Division: l.County}, messages(events)...)
}

// LeasesOf lists a worker's leases, oldest first.
func (t *Tx) LeasesOf(worker string) ([]domain.Lease, error) {
	return sqldb.Collect(t.tx, scanLease, `SELECT `+leaseColumns+` FROM lease WHERE worker = $1 ORDER BY starts_on, id`, worker)
}
