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

// NoticeFair tells who applied to a large fair what became of it, in steps.
func (s *Store) NoticeFair(a *app.App) task.Handler {
	return func(ctx context.Context, payload []byte) error {
		for more := true; more; {
			if err := s.outbox.DB().Update(ctx, func(tx *sqldb.Tx) (err error) {
				more, err = a.Notice(ctx, s.In(tx), string(payload))
				return err
			}); err != nil {
				return err
			}
		}
		return nil
	}
}

// inSteps writes what was begun, each step in a transaction of its own. Where it is
// broken off it is read and made again, which gives the same, and passes over what
// is written: two that write one thing beside each other do each other no harm.
func inSteps[D, S any](s *Store, read func(app.Store, string) (*D, error), run func(*D) error, step func(context.Context, app.Store, *D, S) (S, error), done func(S) bool) task.Handler {
	return func(ctx context.Context, payload []byte) error {
		var d *D
		err := s.outbox.DB().View(ctx, func(tx *sqldb.Tx) (err error) {
			d, err = read(s.In(tx), string(payload))
			return err
		})
		if err != nil || d == nil {
			return err
		}
		if err := run(d); err != nil {
			return err
		}
		for at := *new(S); !done(at); {
			next := at
			if err := s.outbox.DB().Update(ctx, func(tx *sqldb.Tx) (err error) {
				next, err = step(ctx, s.In(tx), d, at)
				return err
			}); err != nil {
				return err
			}
			at = next
		}
		return nil
	}
}

// DrawFair writes the draw of a large fair, or a later pass.
func (s *Store) DrawFair(a *app.App) task.Handler {
	return inSteps(s, a.ReadBegunDraw, a.Draw, a.StepDraw, func(at app.Step) bool { return at.Done })
}

// CorrectFair writes the correction of a large fair.
func (s *Store) CorrectFair(a *app.App) task.Handler {
	return inSteps(s, a.ReadTaking, a.Take, a.StepCorrection, func(at app.Taken) bool { return at.Done })
}
