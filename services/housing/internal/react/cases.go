package react

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/housing/internal/app"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// Cases is what the department tells pkg/evidence of its applications.
type Cases struct {
	App *app.App
	In  func(*sqldb.Tx) app.Store
}

// OpenCases lists the worker's applications that want evidence.
func (c Cases) OpenCases(tx *sqldb.Tx, worker string) ([]string, error) {
	return c.In(tx).OpenCases(worker)
}

// EvidenceChanged records the change with the application.
func (c Cases) EvidenceChanged(ctx context.Context, tx *sqldb.Tx, change evidence.Change) error {
	return c.App.EvidenceChanged(ctx, c.In(tx), change.CaseID, change.Kind, change.What)
}

// FactEnded tells of the end of a fact where an accepted or leased application
// holds it; who left a job may have to leave what went with it.
func (c Cases) FactEnded(ctx context.Context, tx *sqldb.Tx, f *platformv1.Fact) error {
	if f.GetKind() == evidence.Job {
		endedOn, err := clock.ParseDate(f.GetUntil())
		if err != nil {
			return err
		}
		if err := c.App.JobEnded(ctx, c.In(tx), f.GetWorker(), endedOn); err != nil {
			return err
		}
	}
	return c.App.EvidenceEnded(ctx, c.In(tx), f.GetWorker(), domain.Proof{
		Kind: f.GetKind(), Source: f.GetSource(), SourceID: f.GetSourceId(), Until: f.GetUntil(), Months: int(f.GetMonths()),
	}, f.GetVersion())
}
