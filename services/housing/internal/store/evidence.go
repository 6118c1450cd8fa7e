package store

import (
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/evidence"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

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
	}, `SELECT id FROM application WHERE worker = $1 AND state IN ('accepted', 'leased')`, worker)
}
