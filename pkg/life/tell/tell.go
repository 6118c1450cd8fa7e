// Package tell answers a person how the own things with a department stand, of what the
// department's use case says.
package tell

import (
	"cmp"
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/life"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// most is how many things are listed: a page that lists more is no help.
const most = 100

// Life lists how the things of a worker's life with the department stand, in any order.
// It may name such as are over.
type Life func(ctx context.Context, worker string) ([]life.Thing, error)

// In is a Life of a use case that reads within one transaction.
func In[S any](db *sqldb.DB, in func(*sqldb.Tx) S, of func(context.Context, S, string) ([]life.Thing, error)) Life {
	return func(ctx context.Context, worker string) (all []life.Thing, err error) {
		err = db.View(ctx, func(tx *sqldb.Tx) error {
			all, err = of(ctx, in(tx), worker)
			return err
		})
		return all, err
	}
}

// Server implements platformv1.LifeServer for one department.
type Server struct{ Tell Life }

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
		reply.Things = append(reply.Things, wire(t))
	}
	return reply, nil
}

func wire(t life.Thing) *platformv1.LifeThing {
	w := &platformv1.LifeThing{
		Matter: t.Matter, Id: t.ID, Within: t.Within, State: t.State, Part: string(t.Part), Holder: t.Holder, Name: t.Name, Code: t.Code, Occupation: t.Occupation,
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

// since is the day on which a thing last went on.
func since(t life.Thing) clock.Date {
	at := t.Since
	for _, s := range t.Steps {
		if s.Done && s.On.After(at) {
			at = s.On
		}
	}
	return at
}

// order puts what waits for the person first, what is urgent before what has a last day;
// then what is under way and what the person has, the newest first. What is over is left out.
func order(all []life.Thing) []life.Thing {
	all = slices.DeleteFunc(slices.Clone(all), func(t life.Thing) bool { return t.Part == life.Over })
	rank := map[life.Part]int{life.Needs: 0, life.Runs: 1, life.Has: 2}
	slices.SortStableFunc(all, func(a, b life.Thing) int {
		if by := cmp.Compare(rank[a.Part], rank[b.Part]); by != 0 {
			return by
		}
		switch {
		case a.Urgent && !b.Urgent:
			return -1
		case b.Urgent && !a.Urgent:
			return 1
		}
		if a.Part == life.Needs && a.AnswerBy != b.AnswerBy {
			switch {
			case a.AnswerBy.IsZero():
				return 1
			case b.AnswerBy.IsZero():
				return -1
			}
			return a.AnswerBy.Compare(b.AnswerBy)
		}
		return cmp.Or(since(b).Compare(since(a)), cmp.Compare(a.Matter, b.Matter), cmp.Compare(a.ID, b.ID))
	})
	return all
}
