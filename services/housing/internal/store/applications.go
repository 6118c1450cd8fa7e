package store

import (
	"context"
	"encoding/json"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

const applicationColumns = `id, worker, county, kind, household_size, declares_no_home, declares_income_below, state, reopened, refusal_code, reasons, offer_id, submitted_at, declared_area_dm2, request_id, false_until, word, priority, priority_on, priority_basis, version`

func scanApplication(s sqldb.Scanner) (a domain.Application, err error) {
	var noHome, income, reopened, submitted int64
	var reasons string
	err = s.Scan(&a.ID, &a.Worker, &a.County, &a.Kind, &a.HouseholdSize, &noHome, &income, &a.State, &reopened, &a.RefusalCode, &reasons, &a.OfferID, &submitted, &a.DeclaredAreaDM2, &a.RequestID, &a.FalseUntil, &a.Word, &a.Priority.State, &a.Priority.On, &a.Priority.Basis, &a.Version)
	if err != nil {
		return a, err
	}
	a.DeclaresNoHome, a.DeclaresIncomeBelow, a.Reopened, a.SubmittedAt = noHome != 0, income != 0, reopened != 0, sqldb.Time(submitted)
	return a, json.Unmarshal([]byte(reasons), &a.Reasons)
}

// Application loads and locks an application.
func (t *Tx) Application(id string) (domain.Application, error) { return t.application(id, t.lock()) }

// PeekApplication reads an application without locking it.
func (t *Tx) PeekApplication(id string) (domain.Application, error) { return t.application(id, "") }

func (t *Tx) application(id, lock string) (domain.Application, error) {
	a, err := scanApplication(t.tx.QueryRow(`SELECT `+applicationColumns+` FROM application WHERE id = $1`+lock, id))
	return found(a, err, domain.ErrApplicationUnknown)
}

// ApplicationsOf lists a worker's applications, oldest first.
func (t *Tx) ApplicationsOf(worker string) ([]domain.Application, error) {
	return sqldb.Collect(t.tx, scanApplication, `SELECT `+applicationColumns+` FROM application WHERE worker = $1 ORDER BY submitted_at, id`, worker)
}

// OpenCases lists and locks the worker's applications that want evidence, as
// domain.Application.WantsEvidence says: none is ended while facts are being
// written to it.
func (t *Tx) OpenCases(worker string) ([]string, error) {
	return sqldb.Collect(t.tx, scanID, `SELECT id FROM application WHERE worker = $1 AND kind <> 'dormitory'
		AND (state IN ('submitted', 'eligible', 'refused', 'offered') OR state = 'accepted' AND reopened = 1) ORDER BY id`+t.lock(), worker)
}

func scanID(s sqldb.Scanner) (id string, err error) { return id, s.Scan(&id) }

// SaveApplication writes an application and its events. A second open one of
// the same worker, county and kind is ErrApplicationTwice; outbox.ErrStale
// says that somebody else changed it since it was loaded.
func (t *Tx) SaveApplication(ctx context.Context, a domain.Application, events ...domain.Event) error {
	reasons := a.Reasons
	if reasons == nil {
		reasons = []rule.Trace{}
	}
	b, err := json.Marshal(reasons)
	if err != nil {
		return err
	}
	n, err := t.tx.Exec(`INSERT INTO application (`+applicationColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, reopened = excluded.reopened, refusal_code = excluded.refusal_code,
			reasons = excluded.reasons, offer_id = excluded.offer_id, false_until = excluded.false_until, word = excluded.word,
			priority = excluded.priority, priority_on = excluded.priority_on, priority_basis = excluded.priority_basis, version = excluded.version
		WHERE application.version = $22`,
		a.ID, a.Worker, a.County, string(a.Kind), a.HouseholdSize, bit(a.DeclaresNoHome), bit(a.DeclaresIncomeBelow), string(a.State), bit(a.Reopened),
		a.RefusalCode, string(b), a.OfferID, sqldb.Micros(a.SubmittedAt), a.DeclaredAreaDM2, a.RequestID, a.FalseUntil.String(), a.Word, string(a.Priority.State), a.Priority.On.String(), a.Priority.Basis, next(a.Version, len(events)), a.Version)
	if t.tx.Dialect().IsUnique(err) {
		return domain.ErrApplicationTwice.Because(err)
	}
	if err != nil {
		return err
	}
	if n == 0 {
		return outbox.ErrStale
	}
	return t.log.AppendEvents(ctx, t.tx, outbox.Subject{Aggregate: a.ID, Version: a.Version, Worker: a.Worker, Division: a.County}, events...)
}

// Proofs lists the facts held for an application that may be used on a day.
func (t *Tx) Proofs(applicationID string, on clock.Date) ([]domain.Proof, error) {
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

// EndHeld writes the end of a fact to those of the worker's accepted and leased
// applications that hold an older version of it, and returns which. They are no
// open cases, so that evidence.Holder does not reach them.
func (t *Tx) EndHeld(worker string, f domain.Proof, version int64) ([]string, error) {
	return sqldb.Collect(t.tx, scanID, `UPDATE evidence SET until = $1, months = $2, fact_version = $3
		WHERE source = $4 AND source_id = $5 AND worker = $6 AND fact_version < $3
			AND case_id IN (SELECT id FROM application WHERE worker = $6 AND state IN ('accepted', 'leased'))
		RETURNING case_id`, f.Until, f.Months, version, f.Source, f.SourceID, worker)
}
