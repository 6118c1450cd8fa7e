package react

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/education/internal/app"
)

// Cases tells the evidence holder of open applications, and them of their evidence.
func Cases(a *app.App, in func(*sqldb.Tx) app.Store) evidence.Cases { return cases{a, in} }

type cases struct {
	app *app.App
	in  func(*sqldb.Tx) app.Store
}

func (c cases) OpenCases(tx *sqldb.Tx, worker string) ([]string, error) {
	return c.in(tx).OpenCases(worker)
}

func (c cases) EvidenceChanged(ctx context.Context, tx *sqldb.Tx, change evidence.Change) error {
	return c.app.EvidenceChanged(ctx, c.in(tx), change.CaseID, change.Kind, change.What)
}

// FactEnded changes nothing here: a place that was accepted stays.
func (c cases) FactEnded(context.Context, *sqldb.Tx, *platformv1.Fact) error { return nil }
