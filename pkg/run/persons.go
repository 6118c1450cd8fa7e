package run

import (
	"context"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/collision"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/death"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/proto/services"
)

// try asks for the things of which a person has one, for nobody: a query that a
// database does not take is found when the service starts and not when two are joined.
func (s *service) try(ctx context.Context) error {
	return s.Outbox.DB().View(ctx, func(tx *sqldb.Tx) error { return collision.Find(tx, "", "", s.parts.Ones, s.Clock.Now()) })
}

// followPersons has a department hear which references stand for one person, and of
// deaths. The registry, which says so, applies its own word in the transaction in
// which it does.
func (s *service) followPersons() {
	if s.name == event.Keeper || !slices.Contains(services.Names(), s.name) {
		return
	}
	if s.parts.Router == nil {
		s.parts.Router = consume.NewRouter()
	}
	death.On(s.parts.Router, s.parts.Died, s.parts.Revive...)
	s.Tasks.Handle(taskLook, s.look)
	s.parts.Methods = append(collision.Methods(&collision.Server{Outbox: s.Outbox, Clock: s.Clock}, s.parts.Methods), s.parts.Methods...)
	// A department that holds nothing of the kind says so, and is not taken for one that is down.
	s.parts.Methods = slices.Concat(s.parts.Methods, death.Methods(&death.Server{Outbox: s.Outbox, Held: s.parts.Held}, s.parts.Methods))
	consume.On(s.parts.Router, event.Keeper, s.joined)
	consume.On(s.parts.Router, event.Keeper, s.parted)
}

// taskLook looks again through what a standing join has brought together: what is
// signed or heard after the join collides too. It leaves itself for the next day.
const taskLook = "persons.look"

const lookEvery = 24 * time.Hour

func (s *service) look(ctx context.Context, joinID []byte) error {
	return s.Outbox.DB().Update(ctx, func(tx *sqldb.Tx) error {
		if err := person.Hold(tx); err != nil { // nothing is parted before what was found is kept
			return err
		}
		remains, stands, err := person.Stands(tx, string(joinID))
		if err != nil || !stands {
			return err
		}
		if err := collision.Find(tx, string(joinID), remains, s.parts.Ones, s.Clock.Now()); err != nil {
			return err
		}
		next := s.Clock.Now().Add(lookEvery)
		var left bool // by this task, which was run before
		err = tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM task WHERE kind = $1 AND payload = $2 AND due_at > $3)`, taskLook, joinID, next.Add(-lookEvery/2).UnixMicro()).Scan(&left)
		if err != nil || left {
			return err
		}
		return s.Tasks.Add(ctx, tx, taskLook, joinID, next)
	})
}

func (s *service) joined(ctx context.Context, tx *sqldb.Tx, _ event.Event, m *registryv1.WorkerJoined) error {
	if err := person.Join(tx, person.Pair{JoinID: m.GetJoinId(), Alias: m.GetAlias(), Remains: m.GetInto()}); err != nil {
		return err
	}
	if one, err := person.Same(tx, m.GetAlias(), m.GetInto()); err != nil || !one { // it was undone before it was heard of
		return err
	}
	if len(s.parts.Ones) > 0 {
		if err := collision.Find(tx, m.GetJoinId(), m.GetInto(), s.parts.Ones, s.Clock.Now()); err != nil {
			return err
		}
		if err := s.Tasks.Add(ctx, tx, taskLook, []byte(m.GetJoinId()), s.Clock.Now().Add(lookEvery)); err != nil {
			return err
		}
	}
	if s.holder == nil {
		return nil
	}
	return s.holder.Joined(ctx, tx, m.GetInto())
}

func (s *service) parted(ctx context.Context, tx *sqldb.Tx, e event.Event, m *registryv1.WorkerParted) error {
	p := person.Parting{
		Pair:    person.Pair{JoinID: m.GetJoinId(), Alias: m.GetAlias(), Remains: m.GetInto()},
		ToAlias: m.GetToAlias(), ToRemains: m.GetToInto(), At: e.OccurredAt,
	}
	if err := person.Alone(tx); err != nil { // no death is recorded between the question and the parting
		return err
	}
	stood, err := stopped(tx, p)
	if err != nil {
		return err
	}
	if err := person.Part(tx, p); err != nil {
		return err
	}
	if err := collision.Apart(tx, p.Alias, p.Remains, s.parts.Ones, s.Clock.Now()); err != nil {
		return err
	}
	for i, worker := range []string{p.Alias, p.Remains} {
		if err := s.revive(ctx, tx, worker, answer.Pause{From: stood[i], To: e.OccurredAt}); err != nil {
			return err
		}
	}
	if s.holder == nil {
		return nil
	}
	return s.holder.Parted(ctx, tx, p)
}

// stopped tells, before a parting, since when each of the two is stopped by a death on
// record: the own person's, or the other's whose record things are taken from.
func stopped(tx *sqldb.Tx, p person.Parting) (since [2]time.Time, err error) {
	alias, err := account.DiedSince(tx, p.Alias)
	if err != nil {
		return since, err
	}
	remains, err := account.DiedSince(tx, p.Remains)
	since = [2]time.Time{alias, remains}
	if alias.IsZero() && len(p.ToAlias) > 0 {
		since[0] = remains
	}
	if remains.IsZero() && len(p.ToRemains) > 0 {
		since[1] = alias
	}
	return since, err
}

// revive takes up what stood for one of two who were parted, where the death is the
// other's: its record stays there, and nobody will reverse it.
func (s *service) revive(ctx context.Context, tx *sqldb.Tx, worker string, stood answer.Pause) error {
	if stood.From.IsZero() {
		return nil
	}
	if died, err := account.Died(tx, worker); err != nil || died {
		return err
	}
	for _, use := range s.parts.Revive {
		if err := use(ctx, tx, worker, stood); err != nil {
			return err
		}
	}
	return nil
}
