package employment

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/life"
	"github.com/qiao-platform/qiao/pkg/life/tell"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// telling is a part of the department that says how a worker's things with it stand.
type telling func(ctx context.Context, tx *sqldb.Tx, worker string) ([]life.Thing, error)

func tells[S any](in func(*sqldb.Tx) S, of func(context.Context, S, string) ([]life.Thing, error)) telling {
	return func(ctx context.Context, tx *sqldb.Tx, worker string) ([]life.Thing, error) {
		return of(ctx, in(tx), worker)
	}
}

// together is what several parts say at one moment, so that what goes over from one to
// another is told once.
func together(db *sqldb.DB, parts ...telling) tell.Life {
	return func(ctx context.Context, worker string) (all []life.Thing, err error) {
		err = db.View(ctx, func(tx *sqldb.Tx) error {
			all = nil
			for _, part := range parts {
				things, err := part(ctx, tx, worker)
				if err != nil {
					return err
				}
				all = append(all, things...)
			}
			return nil
		})
		return all, err
	}
}
