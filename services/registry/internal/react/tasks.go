package react

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/delivery"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// errNotArrived has a message asked after again.
var errNotArrived = errs.New(errs.Unavailable, "registry.message.not_arrived", "The message is not known to have arrived yet.")

// Deliver does the task that a new message leaves: it hands the message to the
// adapter and, once it is known to have arrived, publishes that. A message that
// is gone meanwhile belonged to an account that was closed; one to a person whose
// death is recorded stays, and leaves a new task where the record is undone.
func Deliver(a *app.App, db *sqldb.DB, in func(*sqldb.Tx) app.Store, way delivery.Adapter) task.Handler {
	return func(ctx context.Context, payload []byte) error {
		id := string(payload)
		var m domain.Message
		var held bool
		err := db.Update(ctx, func(tx *sqldb.Tx) (err error) {
			if m, err = in(tx).Message(id); err != nil {
				return err
			}
			held, err = in(tx).Died(m.Worker)
			return err
		})
		if errors.Is(err, domain.ErrMessageUnknown) || err == nil && (held || !m.DeliveredAt.IsZero()) {
			return nil
		}
		if err != nil {
			return err
		}
		arrived, err := way.Deliver(ctx, m)
		if err == nil && !arrived {
			err = errNotArrived
		}
		if err != nil { // it is tried again, and meanwhile a counter may look for the person
			return errors.Join(err, db.Update(ctx, func(tx *sqldb.Tx) error { return a.NotDelivered(ctx, in(tx), id) }))
		}
		err = db.Update(ctx, func(tx *sqldb.Tx) error { return a.Delivered(ctx, in(tx), id) })
		if errors.Is(err, domain.ErrMessageUnknown) {
			return nil
		}
		return err
	}
}

// EraseKey does the task that a closed account leaves for each key.
func EraseKey(v app.Vault) task.Handler {
	return func(ctx context.Context, payload []byte) error { return v.Destroy(ctx, string(payload)) }
}

// RefileKey does the task that a changed document leaves.
func RefileKey(a *app.App) task.Handler {
	return func(ctx context.Context, payload []byte) error { return a.RefileKey(ctx, string(payload)) }
}
