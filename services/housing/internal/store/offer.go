package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// A second offer of a home that is held is refused by the table itself, beside
// the lock that the use case takes.
var offers = table.New(table.Spec[domain.Offer]{
	Table: "offer",
	Columns: func(o *domain.Offer) []table.Column {
		return []table.Column{
			table.Key("id", &o.ID), table.Fixed("application_id", &o.ApplicationID), table.Fixed("home_id", &o.HomeID), table.Fixed("worker", &o.Worker),
			table.Fixed("county", &o.County), table.Changing("state", &o.State), table.Fixed("answer_days", &o.AnswerDays), table.Fixed("offered_at", &o.MadeAt),
			table.Changing("answer_by", &o.AnswerBy), table.Changing("accepted_at", &o.AcceptedAt), table.Changing("in_person", &o.InPerson),
			table.Version(&o.Version),
		}
	},
	About: func(o *domain.Offer) outbox.Subject {
		return outbox.Subject{Aggregate: o.ID, Worker: o.Worker, Division: o.County}
	},
	Unknown: domain.ErrOfferUnknown,
	Twice:   domain.ErrHomeTaken,
})

// Offer loads and locks an offer.
func (t *inTx) Offer(id string) (domain.Offer, error) { return offers.Load(t.tx, id) }

// PeekOffer reads an offer without locking it.
func (t *inTx) PeekOffer(id string) (domain.Offer, error) { return offers.Peek(t.tx, id) }

// OffersOf lists the offers that came of a round's entries.
func (t *inTx) OffersOf(roundID string) ([]domain.Offer, error) {
	return offers.List(t.tx, `WHERE id IN (SELECT offer_id FROM round_entry WHERE round_id = $1) ORDER BY id`, roundID)
}

// SaveOffer writes an offer and its events.
func (t *inTx) SaveOffer(ctx context.Context, o domain.Offer, events ...domain.Event) error {
	return offers.Save(ctx, t.outbox, t.tx, o, events...)
}
