// Package death has every department know of whose death the registry recorded, and
// take up again what stood where the record was undone. It ends nothing: what is due
// to a family stays, and places go to others by an officer's decision alone.
package death

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// Use takes up what stood for a worker who lives after all, while the death was on
// record.
type Use func(ctx context.Context, tx *sqldb.Tx, worker string, stood answer.Pause) error

// In is a use case on a department's store.
func In[S any](in func(*sqldb.Tx) S, use func(ctx context.Context, store S, worker string, stood answer.Pause) error) Use {
	return func(ctx context.Context, tx *sqldb.Tx, worker string, stood answer.Pause) error {
		return use(ctx, in(tx), worker, stood)
	}
}

// On routes deaths and their reversals. Between the two nothing is done in the
// worker's name (account.ErrDeceased), whatever the department.
func On(r *consume.Router, revive ...Use) {
	consume.On(r, event.Keeper, func(_ context.Context, tx *sqldb.Tx, e event.Event, _ *registryv1.DeathRecorded) error {
		return account.RecordDeath(tx, e.Aggregate, e.Worker, e.OccurredAt)
	})
	consume.On(r, event.Keeper, func(ctx context.Context, tx *sqldb.Tx, e event.Event, _ *registryv1.DeathReversed) error {
		from, err := account.ReverseDeath(tx, e.Aggregate, e.Worker, e.OccurredAt)
		if err != nil {
			return err
		}
		if died, err := account.Died(tx, e.Worker); err != nil || died { // by another case
			return err
		}
		for _, use := range revive {
			if err := use(ctx, tx, e.Worker, answer.Pause{From: from, To: e.OccurredAt}); err != nil {
				return err
			}
		}
		return nil
	})
}
