package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// A second offer to an application that has one is refused by the table itself,
// beside the lock that the use case takes.
var offers = table.New(table.Spec[domain.Offer]{
	Table: "offer",
	Columns: func(o *domain.Offer) []table.Column {
		return []table.Column{
			table.Key("id", &o.ID), table.Fixed("application_id", &o.ApplicationID), table.Fixed("school_id", &o.SchoolID), table.Changing("worker", &o.Worker),
			table.Fixed("county", &o.County), table.Changing("state", &o.State), table.Fixed("answer_days", &o.AnswerDays), table.Fixed("offered_at", &o.MadeAt),
			table.Changing("answer_by", &o.AnswerBy), table.Changing("accepted_at", &o.AcceptedAt), table.Changing("in_person", &o.InPerson),
			table.Fixed("round_id", &o.RoundID), table.Fixed("way", &o.Way), table.Version(&o.Version),
		}
	},
	About: func(o *domain.Offer) outbox.Subject {
		return outbox.Subject{Aggregate: o.ID, Worker: o.Worker, Division: o.County}
	},
	Unknown: domain.ErrOfferUnknown,
	Twice:   domain.ErrApplicationState,
})

// Offer loads and locks an offer.
func (t *inTx) Offer(id string) (domain.Offer, error) { return offers.Load(t.tx, id) }

// PeekOffer reads an offer without locking it.
func (t *inTx) PeekOffer(id string) (domain.Offer, error) { return offers.Peek(t.tx, id) }

// Better loads and locks the offer beside an application's accepted place.
func (t *inTx) Better(applicationID string) (domain.Offer, error) {
	return offers.One(t.tx, `WHERE application_id = $1 AND state = 'better'`+offers.Lock(t.tx), applicationID)
}

// PeekBetter reads that offer without locking it.
func (t *inTx) PeekBetter(applicationID string) (domain.Offer, error) {
	return offers.One(t.tx, `WHERE application_id = $1 AND state = 'better'`, applicationID)
}

// SaveOffer writes an offer and its events, or returns outbox.ErrStale. A
// second offer to an application that has one is ErrApplicationState.
func (t *inTx) SaveOffer(ctx context.Context, o domain.Offer, events ...domain.Event) error {
	if o.Version == 0 || !o.TakesPlace() {
		t.placesChanged(ctx, o.County)
	}
	return saveKept(ctx, t, offers, o, o.ApplicationID, events)
}
