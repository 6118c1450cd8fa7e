package react

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	app "github.com/qiao-platform/qiao/services/employment/internal/app/fair"
)

// DrawFair writes the draw of a large fair in steps, each in a transaction of its
// own. Where it is broken off it draws again, which gives the same, and passes
// over what is written. It takes longer than a task has: two that write one draw
// beside each other do each other no harm.
func DrawFair(a *app.App, db *sqldb.DB, in func(*sqldb.Tx) app.Store) task.Handler {
	return func(ctx context.Context, payload []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		own := context.WithoutCancel(ctx)
		var d *app.Draw
		err := db.View(own, func(tx *sqldb.Tx) (err error) {
			d, err = a.ReadBegunDraw(in(tx), string(payload))
			return err
		})
		if err != nil || d == nil {
			return err
		}
		if err := a.Draw(d); err != nil {
			return err
		}
		for at := (app.Step{}); !at.Done; {
			if errors.Is(ctx.Err(), context.Canceled) { // the service stops; it goes on at the next start
				return ctx.Err()
			}
			next := at
			if err := db.Update(own, func(tx *sqldb.Tx) (err error) {
				next, err = a.StepDraw(own, in(tx), d, at)
				return err
			}); err != nil {
				return err
			}
			at = next
		}
		return nil
	}
}
