package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

const offerColumns = `id, application_id, school_id, worker, county, state, answer_days, offered_at, answer_by, accepted_at, in_person, round_id, way, version`

func scanOffer(s sqldb.Scanner) (o domain.Offer, err error) {
	var offered, answer, accepted, inPerson int64
	err = s.Scan(&o.ID, &o.ApplicationID, &o.SchoolID, &o.Worker, &o.County, &o.State, &o.AnswerDays, &offered, &answer, &accepted, &inPerson, &o.RoundID, &o.Way, &o.Version)
	o.MadeAt, o.AnswerBy, o.AcceptedAt, o.InPerson = sqldb.Time(offered), sqldb.Time(answer), sqldb.Time(accepted), inPerson != 0
	return o, err
}

// Offer loads and locks an offer.
func (t *inTx) Offer(id string) (domain.Offer, error) { return t.offer(id, t.lock()) }

// PeekOffer reads an offer without locking it.
func (t *inTx) PeekOffer(id string) (domain.Offer, error) { return t.offer(id, "") }

func (t *inTx) offer(id, lock string) (domain.Offer, error) {
	o, err := scanOffer(t.tx.QueryRow(`SELECT `+offerColumns+` FROM offer WHERE id = $1`+lock, id))
	return found(o, err, domain.ErrOfferUnknown)
}

// Better loads and locks the offer beside an application's accepted place.
func (t *inTx) Better(applicationID string) (domain.Offer, error) {
	return t.better(applicationID, t.lock())
}

// PeekBetter reads that offer without locking it.
func (t *inTx) PeekBetter(applicationID string) (domain.Offer, error) {
	return t.better(applicationID, "")
}

func (t *inTx) better(applicationID, lock string) (domain.Offer, error) {
	o, err := scanOffer(t.tx.QueryRow(`SELECT `+offerColumns+` FROM offer WHERE application_id = $1 AND state = 'better'`+lock, applicationID))
	return found(o, err, domain.ErrOfferUnknown)
}

// SaveOffer writes an offer and its events, or returns outbox.ErrStale. A
// second offer to an application that has one is ErrApplicationState: the
// table itself holds that limit, beside the lock that the use case takes.
func (t *inTx) SaveOffer(ctx context.Context, o domain.Offer, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO offer (`+offerColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, answer_by = excluded.answer_by, accepted_at = excluded.accepted_at,
			in_person = excluded.in_person, version = excluded.version
		WHERE offer.version = $15`,
		o.ID, o.ApplicationID, o.SchoolID, o.Worker, o.County, string(o.State), o.AnswerDays, sqldb.Micros(o.MadeAt), sqldb.Micros(o.AnswerBy),
		sqldb.Micros(o.AcceptedAt), bit(o.InPerson), o.RoundID, o.Way, next(o.Version, len(events)), o.Version)
	if t.tx.Dialect().IsUnique(err) {
		return domain.ErrApplicationState.Because(err)
	}
	if err != nil {
		return err
	}
	if n == 0 {
		return outbox.ErrStale
	}
	if o.Version == 0 || !o.TakesPlace() {
		t.placesChanged(ctx, o.County)
	}
	return t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: o.ID, Version: o.Version, Worker: o.Worker, Division: o.County}, messages(events)...)
}
