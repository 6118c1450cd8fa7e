package store

import (
	"context"
	"strings"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

const applicationColumns = `id, child_id, worker, stage, county, school_ids, state, offer_id, grant_state, submitted_at, version`

func scanApplication(s sqldb.Scanner) (a domain.Application, err error) {
	var schools string
	var submitted int64
	err = s.Scan(&a.ID, &a.ChildID, &a.Worker, &a.Stage, &a.County, &schools, &a.State, &a.OfferID, &a.Grant, &submitted, &a.Version)
	if schools != "" {
		a.SchoolIDs = strings.Split(schools, ",")
	}
	a.SubmittedAt = sqldb.Time(submitted)
	return a, err
}

// Application loads and locks an application.
func (t *inTx) Application(id string) (domain.Application, error) { return t.application(id, t.lock()) }

// PeekApplication reads an application without locking it.
func (t *inTx) PeekApplication(id string) (domain.Application, error) { return t.application(id, "") }

func (t *inTx) application(id, lock string) (domain.Application, error) {
	a, err := scanApplication(t.tx.QueryRow(`SELECT `+applicationColumns+` FROM application WHERE id = $1`+lock, id))
	return found(a, err, domain.ErrApplicationUnknown)
}

// ApplicationsOf lists a guardian's applications, oldest first.
func (t *inTx) ApplicationsOf(worker string) ([]domain.Application, error) {
	return sqldb.Collect(t.tx, scanApplication, `SELECT `+applicationColumns+` FROM application WHERE worker = $1 ORDER BY submitted_at, id`, worker)
}

// Grants lists the applications whose grant waits for approval.
func (t *inTx) Grants(county string) ([]domain.Application, error) {
	return sqldb.Collect(t.tx, scanApplication, `SELECT `+applicationColumns+` FROM application
		WHERE grant_state = 'asked' AND state <> 'withdrawn' AND ($1 = '' OR county = $1) ORDER BY submitted_at, id`, county)
}

// Applied reports whether a child was applied for.
func (t *inTx) Applied(childID string, stage domain.Stage, ever bool) (bool, error) {
	var n int
	err := t.tx.QueryRow(`SELECT count(*) FROM application WHERE child_id = $1 AND stage = $2 AND (state <> 'withdrawn' OR $3 = 1)`,
		childID, string(stage), bit(ever)).Scan(&n)
	return n > 0, err
}

// SaveApplication writes an application and its events. A second one for the
// same child and stage is ErrApplicationTwice; outbox.ErrStale says that
// somebody else changed it since it was loaded.
func (t *inTx) SaveApplication(ctx context.Context, a domain.Application, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO application (`+applicationColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, offer_id = excluded.offer_id, grant_state = excluded.grant_state, version = excluded.version
		WHERE application.version = $12`,
		a.ID, a.ChildID, a.Worker, string(a.Stage), a.County, strings.Join(a.SchoolIDs, ","), string(a.State), a.OfferID, a.Grant,
		sqldb.Micros(a.SubmittedAt), next(a.Version, len(events)), a.Version)
	if t.tx.Dialect().IsUnique(err) {
		return domain.ErrApplicationTwice.Because(err)
	}
	if err != nil {
		return err
	}
	if n == 0 {
		return outbox.ErrStale
	}
	return t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: a.ID, Version: a.Version, Worker: a.Worker, Division: a.County}, messages(events)...)
}

// OpenCases lists and locks a guardian's applications that want evidence, as
// domain.Application.WantsEvidence says: none is answered while facts are
// being written to it.
func (t *inTx) OpenCases(worker string) ([]string, error) {
	return sqldb.Collect(t.tx, scanID, `SELECT id FROM application WHERE worker = $1 AND state IN ('submitted', 'offered') ORDER BY id`+t.lock(), worker)
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
