// Package closing has a department end what it holds of a worker who closed the
// account.
package closing

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// On routes the closing of accounts. It leaves the tombstone, so that nothing opens
// any more, before the use cases end what is open; in gives them the department's
// store. A department with nothing to end has no use case, and the tombstone alone.
func On[S any](r *consume.Router, in func(*sqldb.Tx) S, ends ...func(ctx context.Context, store S, worker string) error) {
	consume.On(r, event.Keeper, func(ctx context.Context, tx *sqldb.Tx, e event.Event, _ *registryv1.AccountClosed) error {
		err := account.Close(tx, e.Worker)
		for _, end := range ends {
			if err == nil {
				err = end(ctx, in(tx), e.Worker)
			}
		}
		return err
	})
}
