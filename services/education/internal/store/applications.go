package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

var applications = table.New(table.Spec[domain.Application]{
	Table: "application",
	Columns: func(a *domain.Application) []table.Column {
		return []table.Column{
			table.Key("id", &a.ID), table.Fixed("child_id", &a.ChildID), table.Changing("worker", &a.Worker), table.Fixed("stage", &a.Stage),
			table.Fixed("county", &a.County), table.Fixed("school_ids", table.Commas(&a.SchoolIDs)), table.Changing("state", &a.State),
			table.Changing("offer_id", &a.OfferID), table.Changing("grant_state", &a.Grant), table.Changing("former_worker", &a.Former), table.Changing("handed_reason_code", &a.HandedWhy), table.Fixed("submitted_at", &a.SubmittedAt), table.Version(&a.Version),
		}
	},
	About: func(a *domain.Application) outbox.Subject {
		return outbox.Subject{Aggregate: a.ID, Worker: a.Worker, Division: a.County}
	},
	Unknown: domain.ErrApplicationUnknown,
	Twice:   domain.ErrApplicationTwice,
})

// Application loads and locks an application.
func (t *inTx) Application(id string) (domain.Application, error) { return applications.Load(t.tx, id) }

// PeekApplication reads an application without locking it.
func (t *inTx) PeekApplication(id string) (domain.Application, error) {
	return applications.Peek(t.tx, id)
}

// PeekApplications reads applications, by id.
func (t *inTx) PeekApplications(ids []string) (map[string]domain.Application, error) {
	all, err := applications.Among(t.tx, "id", ids, "")
	found := make(map[string]domain.Application, len(all))
	for _, a := range all {
		found[a.ID] = a
	}
	return found, err
}

// ApplicationsOf lists a guardian's applications, oldest first.
func (t *inTx) ApplicationsOf(worker string) ([]domain.Application, error) {
	return applications.List(t.tx, `WHERE `+person.Whose("worker", 1)+` ORDER BY submitted_at, id`, worker)
}

// Grants lists the applications whose grant waits for approval.
func (t *inTx) Grants(county string) ([]domain.Application, error) {
	return applications.List(t.tx, `WHERE grant_state = 'asked' AND state <> 'withdrawn' AND ($1 = '' OR county = $1) ORDER BY submitted_at, id`, county)
}

// Applied reports whether a child was applied for.
func (t *inTx) Applied(childID string, stage domain.Stage, ever bool) (bool, error) {
	_, found, err := applications.Find(t.tx, `WHERE child_id = $1 AND stage = $2 AND (state <> 'withdrawn' OR $3) LIMIT 1`, childID, string(stage), ever)
	return found, err
}

// SaveApplication writes an application and its events. A second one for the
// same child and stage is ErrApplicationTwice; outbox.ErrStale says that
// somebody else changed it since it was loaded.
func (t *inTx) SaveApplication(ctx context.Context, a domain.Application, events ...domain.Event) error {
	return saveKept(ctx, t, applications, a, a.ID, events)
}

// OpenCases lists and locks a guardian's applications that want evidence, as
// domain.Application.WantsEvidence says: none is answered while facts are
// being written to it.
func (t *inTx) OpenCases(worker string) ([]string, error) {
	return sqldb.Collect(t.tx, scanID, `SELECT id FROM application WHERE `+person.Whose("worker", 1)+` AND state IN ('submitted', 'offered') ORDER BY id`+applications.Lock(t.tx), worker)
}

// Proofs lists the facts held for an application that may be used on a day, by
// kind.
func (t *inTx) Proofs(applicationID string, on clock.Date) ([]domain.Proof, error) {
	held, err := evidence.Of(t.tx, applicationID, on)
	var all []domain.Proof
	for _, e := range held {
		all = append(all, domain.Proof{
			Kind: e.Kind, Source: e.Source, SourceID: e.SourceID, Since: e.Since, Until: e.Until,
			Months: e.Months, Code: e.Code, Flagged: e.Flagged, RecordedAt: e.RecordedAt,
		})
	}
	return all, err
}
