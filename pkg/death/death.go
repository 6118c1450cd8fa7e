// Package death has every department know of whose death the registry recorded, and
// take up again what stood where the record was undone. It ends nothing: what is due
// to a family stays, and places go to others by an officer's decision alone.
package death

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/fault"
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

// End ends what is not left standing where a death is recorded: that somebody is signed
// in as the person.
type End func(ctx context.Context, tx *sqldb.Tx, worker string) error

// On routes deaths and their reversals. Between the two nothing is done in the
// worker's name (account.ErrDeceased), whatever the department.
func On(r *consume.Router, ends []End, revive ...Use) {
	consume.On(r, event.Keeper, func(ctx context.Context, tx *sqldb.Tx, e event.Event, _ *registryv1.DeathRecorded) error {
		err := account.RecordDeath(tx, e.Aggregate, e.Worker, e.OccurredAt)
		if died, failed := account.Died(tx, e.Worker); err != nil || failed != nil || !died { // its reversal came first
			return errors.Join(err, failed)
		}
		for _, end := range ends {
			if err := end(ctx, tx, e.Worker); err != nil {
				return err
			}
		}
		return nil
	})
	consume.On(r, event.Keeper, func(ctx context.Context, tx *sqldb.Tx, e event.Event, _ *registryv1.DeathReversed) error {
		from, err := account.ReverseDeath(tx, e.Aggregate, e.Worker, e.OccurredAt)
		if err != nil {
			return err
		}
		if died, err := account.Died(tx, e.Worker); err != nil || died || fault.Broken("death.revives_nobody") { // by another case
			return err
		}
		for _, use := range revive {
			if err := use(ctx, tx, e.Worker, answer.Pause{From: from, To: e.OccurredAt}); err != nil {
				return err
			}
		}
		fault.Point("death.revived")
		return nil
	})
}
