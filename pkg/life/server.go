package life

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// most is how many things are listed: a page that lists more is no help.
const most = 100

// Tell lists how the things of a worker's life with the department stand, in any order.
// It may name such as are over.
type Tell func(ctx context.Context, worker string) ([]Thing, error)

// In is a Tell of a use case that reads within one transaction.
func In[S any](db *sqldb.DB, in func(*sqldb.Tx) S, of func(context.Context, S, string) ([]Thing, error)) Tell {
	return func(ctx context.Context, worker string) (all []Thing, err error) {
		err = db.View(ctx, func(tx *sqldb.Tx) error {
			all, err = of(ctx, in(tx), worker)
			return err
		})
		return all, err
	}
}

// Server implements platformv1.LifeServer for one department.
type Server struct{ Tell Tell }

// ListLife tells the worker, and nobody else, how the own things stand.
func (s *Server) ListLife(ctx context.Context, req *platformv1.ListLifeRequest) (*platformv1.ListLifeResponse, error) {
	p, err := auth.ActingFor(ctx, req.GetWorker())
	if err != nil {
		return nil, err
	}
	if !p.ActsHimself(req.GetWorker()) {
		return nil, auth.ErrNotYours
	}
	if s.Tell == nil {
		return &platformv1.ListLifeResponse{}, nil
	}
	all, err := s.Tell(ctx, req.GetWorker())
	if err != nil {
		return nil, err
	}
	all = order(all)
	reply := &platformv1.ListLifeResponse{LeftOut: int32(max(0, len(all)-most))}
	for _, t := range all[:min(len(all), most)] {
		reply.Things = append(reply.Things, t.wire())
	}
	return reply, nil
}

func (t Thing) wire() *platformv1.LifeThing {
	w := &platformv1.LifeThing{
		Matter: t.Matter, Id: t.ID, Within: t.Within, State: t.State, Part: string(t.Part), Holder: t.Holder, Name: t.Name, Code: t.Code,
		Child: t.Child, AnswerBy: day(t.AnswerBy), RuleId: t.Rule, ExpectedOn: day(t.Expected), UndoBy: sqldb.Micros(t.UndoBy), Place: int32(t.Place),
		Since: day(t.Since), Urgent: t.Urgent,
	}
	for _, s := range t.Steps {
		w.Steps = append(w.Steps, &platformv1.LifeStep{Step: s.Name, On: day(s.On), Done: s.Done})
	}
	return w
}

// day is a day as it is written; "" is none.
func day(d clock.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}
