package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

const offerColumns = `id, application_id, vacancy_id, employer_id, worker, county, wage_fen, start_on, end_on, state, answer_days,
	made_at, answer_by, accepted_at, in_person, hire_id, version`

func scanOffer(s sqldb.Scanner) (o domain.Offer, err error) {
	var from, to string
	var made, by, accepted, inPerson int64
	if err = s.Scan(&o.ID, &o.ApplicationID, &o.VacancyID, &o.EmployerID, &o.Worker, &o.County, &o.WageFen, &from, &to, &o.State, &o.AnswerDays,
		&made, &by, &accepted, &inPerson, &o.HireID, &o.Version); err != nil {
		return o, err
	}
	o.MadeAt, o.AnswerBy, o.AcceptedAt, o.InPerson = sqldb.Time(made), sqldb.Time(by), sqldb.Time(accepted), inPerson != 0
	return o, dates([]string{from, to}, &o.StartOn, &o.EndOn)
}

// Offer loads and locks an offer.
func (t *Tx) Offer(id string) (domain.Offer, error) {
	return load(t.tx.QueryRow(`SELECT `+offerColumns+` FROM offer WHERE id = $1`+t.forUpdate(), id), scanOffer, domain.ErrOfferUnknown)
}

// PeekOffer reads an offer without locking it.
func (t *Tx) PeekOffer(id string) (domain.Offer, error) {
	return load(t.tx.QueryRow(`SELECT `+offerColumns+` FROM offer WHERE id = $1`, id), scanOffer, domain.ErrOfferUnknown)
}

// OffersOf gives the worker's offers by their id.
func (t *Tx) OffersOf(worker string) (map[string]domain.Offer, error) {
	rows, err := sqldb.Collect(t.tx, scanOffer, `SELECT `+offerColumns+` FROM offer WHERE worker = $1`, worker)
	all := map[string]domain.Offer{}
	for _, o := range rows {
		all[o.ID] = o
	}
	return all, err
}

// SaveOffer writes an offer and its events, or returns outbox.ErrStale.
func (t *Tx) SaveOffer(ctx context.Context, o domain.Offer, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO offer (`+offerColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, answer_by = excluded.answer_by, accepted_at = excluded.accepted_at,
			in_person = excluded.in_person, hire_id = excluded.hire_id, version = excluded.version
		WHERE offer.version = $18`,
		o.ID, o.ApplicationID, o.VacancyID, o.EmployerID, o.Worker, o.County, o.WageFen, o.StartOn.String(), o.EndOn.String(), string(o.State), o.AnswerDays,
		sqldb.Micros(o.MadeAt), sqldb.Micros(o.AnswerBy), sqldb.Micros(o.AcceptedAt), number(o.InPerson), o.HireID, next(o.Version, events), o.Version)
	return t.saved(ctx, n, err, outbox.Subject{Aggregate: o.ID, Version: o.Version, Worker: o.Worker, Division: o.County}, events)
}
