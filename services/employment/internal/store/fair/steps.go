package fair

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	app "github.com/qiao-platform/qiao/services/employment/internal/app/fair"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// CloseFair commits a large fair in steps: each marks some of the list in a
// transaction of its own, and the last commits to all of it. Where it is broken off
// it begins anew, which changes nothing of what is marked.
func (s *Store) CloseFair(a *app.App) task.Handler {
	return func(ctx context.Context, payload []byte) error {
		id := string(payload)
		for after, more := "", true; more; {
			var last string
			if err := s.outbox.DB().Update(ctx, func(tx *sqldb.Tx) (err error) {
				last, more, err = a.MarkList(s.In(tx), id, after)
				return err
			}); err != nil {
				return err
			}
			after = last
		}
		var lists *fair.Lists
		if err := s.outbox.DB().View(ctx, func(tx *sqldb.Tx) (err error) {
			lists, err = a.ReadList(s.In(tx), id)
			return err
		}); err != nil || lists == nil {
			return err
		}
		c, err := lists.Commit()
		if err != nil {
			return err
		}
		return s.outbox.DB().Update(ctx, func(tx *sqldb.Tx) error { return a.CommitList(ctx, s.In(tx), id, c) })
	}
}

// DrawFair writes the draw of a large fair, or a later pass, in steps, each in a
// transaction of its own. Where it is broken off it draws again, which gives the
// same, and passes over what is written: two that write one draw beside each other
// do each other no harm.
func (s *Store) DrawFair(a *app.App) task.Handler {
	return func(ctx context.Context, payload []byte) error {
		var d *app.Draw
		err := s.outbox.DB().View(ctx, func(tx *sqldb.Tx) (err error) {
			d, err = a.ReadBegunDraw(s.In(tx), string(payload))
			return err
		})
		if err != nil || d == nil {
			return err
		}
		if err := a.Draw(d); err != nil {
			return err
		}
		for at := (app.Step{}); !at.Done; {
			next := at
			if err := s.outbox.DB().Update(ctx, func(tx *sqldb.Tx) (err error) {
				next, err = a.StepDraw(ctx, s.In(tx), d, at)
				return err
			}); err != nil {
				return err
			}
			at = next
		}
		return nil
	}
}
