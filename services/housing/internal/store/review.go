package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// A second open review of a lease on one ground is refused as stale: who
// repeats finds the one that is there.
var reviews = table.New(table.Spec[domain.Review]{
	Table: "review",
	Columns: func(r *domain.Review) []table.Column {
		return []table.Column{
			table.Key("id", &r.ID), table.Fixed("lease_id", &r.LeaseID), table.Fixed("worker", &r.Worker), table.Fixed("county", &r.County),
			table.Fixed("ground", &r.Ground), table.Fixed("opened_on", &r.OpenedOn), table.Changing("outcome", &r.Outcome), table.Version(&r.Version),
		}
	},
	About: func(r *domain.Review) outbox.Subject {
		return outbox.Subject{Aggregate: r.ID, Worker: r.Worker, Division: r.County}
	},
	Unknown: domain.ErrReviewUnknown,
})

// Review loads and locks what a clock opened for a person.
func (t *inTx) Review(id string) (domain.Review, error) {
	r, err := reviews.Load(t.tx, id)
	if err != nil {
		return r, err
	}
	r.Worker, err = t.tenant(r.LeaseID)
	return r, err
}

// ReviewsOf lists a lease's reviews, the newest first.
func (t *inTx) ReviewsOf(leaseID string) ([]domain.Review, error) {
	return reviews.List(t.tx, `WHERE lease_id = $1 ORDER BY id DESC`, leaseID)
}

// reviewsIn is the open reviews of a county.
const reviewsIn = `WHERE county = $1 AND outcome = '' ORDER BY id`

// ReviewsIn lists the open reviews of a county, oldest first.
func (t *inTx) ReviewsIn(county string) ([]domain.Review, error) {
	return reviews.List(t.tx, reviewsIn, county)
}

// SaveReview writes a review and its events.
func (t *inTx) SaveReview(ctx context.Context, r domain.Review, events ...domain.Event) error {
	return reviews.Save(ctx, t.outbox, t.tx, r, events...)
}
