package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// standing is where an application stood when its list was last published.
type standing struct {
	application, county string
	kind                domain.Kind
	position            int
	on                  clock.Date
}

var standings = table.New(table.Spec[standing]{
	Table: "standing",
	Columns: func(s *standing) []table.Column {
		return []table.Column{
			table.Key("application_id", &s.application), table.Fixed("county", &s.county), table.Fixed("kind", &s.kind), table.Fixed("position", &s.position),
			table.Fixed("published_on", &s.on),
		}
	},
})

// LockList lets one transaction at a time hand out from a list.
func (t *inTx) LockList(county string, kind domain.Kind) error {
	return t.tx.Lock("housing.list:" + county + ":" + string(kind))
}

// waiting is who waits on a list.
const waiting = `WHERE county = $1 AND kind = $2 AND state = 'eligible'`

// Candidates lists who waits for a kind of home in a county, with the facts
// held that may be used on a day: two statements, however long the list is.
func (t *inTx) Candidates(county string, kind domain.Kind, on clock.Date) ([]domain.Candidate, error) {
	who, err := applications.List(t.tx, waiting+` ORDER BY id`, county, string(kind))
	if err != nil {
		return nil, err
	}
	held, err := evidence.OfCases(t.tx, on, `SELECT id FROM application `+waiting, county, string(kind))
	if err != nil {
		return nil, err
	}
	all := make([]domain.Candidate, len(who))
	for i, a := range who {
		all[i] = domain.Candidate{Application: a, Proofs: proofs(held[a.ID])}
	}
	return all, nil
}

// Published tells where each application of a list stood when it was last
// published, and when that was.
func (t *inTx) Published(county string, kind domain.Kind) (was map[string]int, on clock.Date, err error) {
	all, err := standings.List(t.tx, `WHERE county = $1 AND kind = $2`, county, string(kind))
	was = make(map[string]int, len(all))
	for _, s := range all {
		was[s.application], on = s.position, s.on
	}
	return was, on, err
}

// PublishedOn tells when a list was last published, zero where nobody stood on it.
func (t *inTx) PublishedOn(county string, kind domain.Kind) (clock.Date, error) {
	s, _, err := standings.Find(t.tx, `WHERE county = $1 AND kind = $2 LIMIT 1`, county, string(kind))
	return s.on, err
}

// Publish writes a list's positions down in place of the last ones.
func (t *inTx) Publish(ctx context.Context, id, county string, kind domain.Kind, on clock.Date, ranked []domain.Standing) error {
	if _, err := t.tx.Exec(`DELETE FROM standing WHERE county = $1 AND kind = $2`, county, string(kind)); err != nil {
		return err
	}
	for _, st := range ranked {
		if err := standings.Put(t.tx, standing{st.Candidate.Application.ID, county, kind, st.Place.Position, on}); err != nil {
			return err
		}
	}
	return t.outbox.AppendEvents(ctx, t.tx, outbox.Subject{Aggregate: id, Division: county}, domain.ListPublished{County: county, Kind: kind, Headcount: len(ranked)})
}
