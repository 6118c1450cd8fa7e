package startup

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/startup"
)

var sites = table.New(table.Spec[startup.Premises]{
	Table: "premises",
	Columns: func(p *startup.Premises) []table.Column {
		return []table.Column{
			table.Key("id", &p.ID), table.Fixed("county", &p.County), table.Fixed("kind", &p.Kind), table.Fixed("title", &p.Title),
			table.Fixed("area_dm2", &p.AreaDM2), table.Fixed("rent_fen", &p.RentFen), table.Version(&p.Version),
		}
	},
	About:   func(p *startup.Premises) outbox.Subject { return outbox.Subject{Aggregate: p.ID, Division: p.County} },
	Unknown: startup.ErrPremisesUnknown,
})

// PeekPremises reads a place.
func (t *inTx) PeekPremises(id string) (startup.Premises, error) { return sites.Peek(t.tx, id) }

// PremisesOf lists the places of a county, newest first.
func (t *inTx) PremisesOf(county string) ([]startup.Premises, error) {
	return sites.List(t.tx, `WHERE county = $1 ORDER BY id DESC LIMIT 200`, county)
}

// SavePremises writes a place and its events.
func (t *inTx) SavePremises(ctx context.Context, p startup.Premises, events ...domain.Event) error {
	return sites.Save(ctx, t.outbox, t.tx, p, events...)
}

var requests = table.New(table.Spec[startup.PremisesRequest]{
	Table: "premises_request",
	From:  "premises_request q JOIN premises p ON p.id = q.site_id",
	Columns: func(q *startup.PremisesRequest) []table.Column {
		return []table.Column{
			table.Key("id", &q.ID), table.Fixed("site_id", &q.Site.ID), table.Fixed("worker", &q.Worker), table.Changing("withdrawn", &q.Withdrawn),
			table.Fixed("at", &q.At), table.Version(&q.Version), table.Joined("p.county", &q.Site.County), table.Joined("p.kind", &q.Site.Kind),
			table.Joined("p.title", &q.Site.Title), table.Joined("p.area_dm2", &q.Site.AreaDM2), table.Joined("p.rent_fen", &q.Site.RentFen),
			table.Joined("p.version", &q.Site.Version),
		}
	},
	About: func(q *startup.PremisesRequest) outbox.Subject {
		return outbox.Subject{Aggregate: q.ID, Worker: q.Worker, Division: q.Site.County}
	},
	Unknown: startup.ErrRequestUnknown,
	Twice:   startup.ErrPremisesTwice,
})

// PremisesRequest loads and locks a request.
func (t *inTx) PremisesRequest(id string) (startup.PremisesRequest, error) {
	return requests.Load(t.tx, id)
}

// PeekStandingRequests lists the worker's requests that were not taken back, newest first.
func (t *inTx) PeekStandingRequests(worker string) ([]startup.PremisesRequest, error) {
	return requests.List(t.tx, `WHERE `+person.Whose("q.worker", 1)+` AND q.withdrawn = 0 ORDER BY q.at DESC, q.id DESC`, worker)
}

// PremisesRequestsOf lists the worker's requests, newest first.
func (t *inTx) PremisesRequestsOf(worker string) ([]startup.PremisesRequest, error) {
	return requests.List(t.tx, `WHERE `+person.Whose("q.worker", 1)+` ORDER BY q.at DESC, q.id DESC`, worker)
}

// SavePremisesRequest writes a request and its events.
func (t *inTx) SavePremisesRequest(ctx context.Context, q startup.PremisesRequest, events ...domain.Event) error {
	if q.Version == 0 { // the index knows one reference of a person
		_, found, err := requests.Find(t.tx, `WHERE `+person.Others("q.worker", 1)+` AND q.site_id = $2 AND q.withdrawn = 0 LIMIT 1`, q.Worker, q.Site.ID)
		if err != nil {
			return err
		}
		if found {
			return startup.ErrPremisesTwice
		}
	}
	return requests.Save(ctx, t.outbox, t.tx, q, events...)
}
