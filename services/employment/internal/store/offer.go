package store

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// TaskLapseOffer is the kind of the task that LapseOfferAt leaves; its payload
// is the offer's id.
const TaskLapseOffer = "employment.lapse_offer"

var offers = table.New(table.Spec[domain.Offer]{
	Table: "offer",
	Columns: func(o *domain.Offer) []table.Column {
		return []table.Column{
			table.Key("id", &o.ID), table.Fixed("application_id", &o.ApplicationID), table.Fixed("vacancy_id", &o.VacancyID),
			table.Fixed("employer_id", &o.EmployerID), table.Fixed("worker", &o.Worker), table.Fixed("county", &o.County), table.Fixed("wage_fen", &o.WageFen),
			table.Fixed("start_on", &o.StartOn), table.Fixed("end_on", &o.EndOn), table.Changing("state", &o.State), table.Fixed("answer_days", &o.AnswerDays),
			table.Fixed("made_at", &o.MadeAt), table.Changing("answer_by", &o.AnswerBy), table.Changing("accepted_at", &o.AcceptedAt),
			table.Changing("in_person", &o.InPerson), table.Changing("hire_id", &o.HireID), table.Version(&o.Version),
		}
	},
	About: func(o *domain.Offer) outbox.Subject {
		return outbox.Subject{Aggregate: o.ID, Worker: o.Worker, Division: o.County}
	},
	Unknown: domain.ErrOfferUnknown,
})

// Offer loads and locks an offer.
func (t *Tx) Offer(id string) (domain.Offer, error) { return offers.Load(t.tx, id) }

// PeekOffer reads an offer without locking it.
func (t *Tx) PeekOffer(id string) (domain.Offer, error) { return offers.Peek(t.tx, id) }

// OffersOf gives the worker's offers by their id.
func (t *Tx) OffersOf(worker string) (map[string]domain.Offer, error) {
	rows, err := offers.List(t.tx, `WHERE `+person.Whose("worker", 1), worker)
	all := map[string]domain.Offer{}
	for _, o := range rows {
		all[o.ID] = o
	}
	return all, err
}

// PeekOffers gives offers by id.
func (t *Tx) PeekOffers(ids []string) (map[string]domain.Offer, error) {
	rows, err := offers.Among(t.tx, "id", ids, "")
	all := make(map[string]domain.Offer, len(rows))
	for _, o := range rows {
		all[o.ID] = o
	}
	return all, err
}

// SaveOffer writes an offer and its events.
func (t *Tx) SaveOffer(ctx context.Context, o domain.Offer, events ...domain.Event) error {
	return offers.Save(ctx, t.outbox, t.tx, o, events...)
}

// LapseOfferAt leaves a task for the end of an offer's time to answer.
func (t *Tx) LapseOfferAt(ctx context.Context, offerID string, at time.Time) error {
	return t.tasks.Add(ctx, t.tx, TaskLapseOffer, []byte(offerID), at)
}
