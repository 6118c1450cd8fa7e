package outbox

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// Read tells the registry, and through it the worker, that the caller of ctx
// reads kinds of a person's data for a case (PIPL 44; promise 6).
func (l *Outbox) Read(ctx context.Context, tx *sqldb.Tx, worker, division, caseID string, kinds ...string) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	return l.Append(ctx, tx, Subject{Aggregate: ident.NewID(), Worker: worker, Division: division}, &platformv1.RecordRead{
		ReaderKind: string(p.Kind), Reader: p.Subject, Purpose: p.Purpose, LegalBasis: p.LegalBasis, Kinds: kinds, CaseId: caseID,
	})
}

// HaveEvents reports of which things there is an event already.
func (l *Outbox) HaveEvents(tx *sqldb.Tx, aggregates ...string) (map[string]bool, error) {
	told := map[string]bool{}
	if len(aggregates) == 0 {
		return told, nil
	}
	marks, args := sqldb.In(aggregates)
	rows, err := sqldb.Collect(tx, func(s sqldb.Scanner) (id string, err error) { return id, s.Scan(&id) }, `SELECT DISTINCT aggregate FROM event WHERE aggregate IN (`+marks+`)`, args...)
	for _, id := range rows {
		told[id] = true
	}
	return told, err
}
