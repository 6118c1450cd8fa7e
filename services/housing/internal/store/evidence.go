package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/person"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// CollectEvidence has what the worker's grants open collected for an application.
func (t *inTx) CollectEvidence(ctx context.Context, a domain.Application) error {
	return t.Evidence.CaseOpened(ctx, t.tx, a.ID, a.Worker)
}

// DropEvidence forgets all that an application holds.
func (t *inTx) DropEvidence(applicationID string) error {
	return t.Evidence.CaseClosed(t.tx, applicationID)
}

// KeepPaper keeps what a paper proved at the counter.
func (t *inTx) KeepPaper(ctx context.Context, id string, a domain.Application, p domain.Paper) error {
	return t.Evidence.PutPaper(ctx, t.tx, a.ID, &platformv1.Fact{
		Kind: p.Kind, Source: p.Form, SourceId: id, Worker: a.Worker, Since: p.Since, Until: p.Until, Months: int32(p.Months), Version: 1,
	})
}

// LogRead tells the worker's access log that the caller read kinds of his data.
func (t *inTx) LogRead(ctx context.Context, worker, county, caseID string, kinds ...string) error {
	return t.outbox.Read(ctx, t.tx, worker, county, caseID, kinds...)
}

// Proofs lists the facts held for an application that may be used on a day.
func (t *inTx) Proofs(applicationID string, on clock.Date) ([]domain.Proof, error) {
	held, err := evidence.Of(t.tx, applicationID, on)
	return proofs(held), err
}

func proofs(held []evidence.Evidence) (all []domain.Proof) {
	for _, e := range held {
		all = append(all, domain.Proof{
			Kind: e.Kind, Source: e.Source, SourceID: e.SourceID, Since: e.Since, Until: e.Until,
			Months: e.Months, Code: e.Code, Flagged: e.Flagged, RecordedAt: e.RecordedAt,
		})
	}
	return all
}

// EndHeld writes the end of a fact to those of the worker's accepted and leased
// applications that hold an older version of it, and returns which. They are no
// open cases, so that evidence.Holder does not reach them.
func (t *inTx) EndHeld(worker string, f domain.Proof, version int64) ([]string, error) {
	return evidence.EndIn(t.tx, &platformv1.Fact{
		Source: f.Source, SourceId: f.SourceID, Worker: worker, Until: f.Until, Months: int32(f.Months), Version: version,
	}, `SELECT id FROM application WHERE `+person.Whose("worker", 1)+` AND state IN ('accepted', 'leased')`, worker)
}
