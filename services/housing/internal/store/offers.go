package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

const offerColumns = `id, application_id, home_id, worker, county, state, answer_days, offered_at, answer_by, accepted_at, in_person, version`

func scanOffer(s sqldb.Scanner) (o domain.Offer, err error) {
	var offered, answer, accepted, inPerson int64
	err = s.Scan(&o.ID, &o.ApplicationID, &o.HomeID, &o.Worker, &o.County, &o.State, &o.AnswerDays, &offered, &answer, &accepted, &inPerson, &o.Version)
	o.MadeAt, o.AnswerBy, o.AcceptedAt, o.InPerson = sqldb.Time(offered), sqldb.Time(answer), sqldb.Time(accepted), inPerson != 0
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
		o.ID, o.ApplicationID, o.HomeID, o.Worker, o.County, string(o.State), o.AnswerDays, sqldb.Micros(o.MadeAt), sqldb.Micros(o.AnswerBy),
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
	return t.log.AppendEvents(ctx, t.tx, outbox.Subject{Aggregate: o.ID, Version: o.Version, Worker: o.Worker, Division: o.County}, events...)
}
