package react

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
)

// Cases implements evidence.Cases: the one case of a worker here is the job search.
type Cases struct {
	App *app.App
	In  func(*sqldb.Tx) app.Store
}

// OpenCases names and locks the worker's job search.
func (c Cases) OpenCases(tx *sqldb.Tx, worker string) ([]string, error) {
	return c.App.OpenSearches(c.In(tx), worker)
}

// EvidenceChanged writes into the profile's history which certificate came or left.
func (c Cases) EvidenceChanged(ctx context.Context, tx *sqldb.Tx, e evidence.Change) error {
	return c.App.NoteQualifications(ctx, c.In(tx), e.CaseID, e.What)
}

// FactEnded changes nothing here: a certificate stays one.
func (c Cases) FactEnded(context.Context, *sqldb.Tx, *platformv1.Fact) error { return nil }
