package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// takenOf counts the places of a request that are offered or had; it says that
// there is a request, as the index does.
const takenOf = `(SELECT count(*) FROM application a WHERE a.request_id = r.id AND a.request_id <> '' AND a.state IN ('offered', 'accepted', 'leased'))`

var requests = table.New(table.Spec[domain.PlaceRequest]{
	Table: "place_request",
	From:  "place_request r",
	Columns: func(r *domain.PlaceRequest) []table.Column {
		return []table.Column{
			table.Key("id", &r.ID), table.Fixed("employer_id", &r.Employer), table.Fixed("county", &r.County), table.Fixed("asked", &r.Asked),
			table.Changing("granted", &r.Granted), table.Fixed("asked_on", &r.AskedOn), table.Version(&r.Version),
			table.Joined(takenOf, &r.Taken),
		}
	},
	About: func(r *domain.PlaceRequest) outbox.Subject {
		return outbox.Subject{Aggregate: r.ID, Division: r.County}
	},
	Unknown: domain.ErrPlacesUnknown,
})

// PlaceRequest loads and locks an employer's request.
func (t *inTx) PlaceRequest(id string) (domain.PlaceRequest, error) {
	if lock := t.tx.Dialect().ForUpdate(); lock != "" { // the count is read after the lock is held, so that it is the newest
		if _, err := t.tx.Exec(`SELECT 1 FROM place_request WHERE id = $1`+lock, id); err != nil {
			return domain.PlaceRequest{}, err
		}
	}
	return requests.Peek(t.tx, id)
}

// PlaceRequests lists the requests of an employer, or with "" those of a county.
func (t *inTx) PlaceRequests(employer, county string) ([]domain.PlaceRequest, error) {
	return requests.List(t.tx, `WHERE (r.employer_id = $1 OR $1 = '') AND (r.county = $2 OR $2 = '') ORDER BY r.id DESC`, employer, county)
}

// SavePlaceRequest writes an employer's request and its events.
func (t *inTx) SavePlaceRequest(ctx context.Context, r domain.PlaceRequest, events ...domain.Event) error {
	return requests.Save(ctx, t.outbox, t.tx, r, events...)
}
