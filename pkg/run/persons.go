package run

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/death"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/proto/services"
)

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
	death.On(s.parts.Router, s.parts.Revive...)
	consume.On(s.parts.Router, event.Keeper, s.joined)
	consume.On(s.parts.Router, event.Keeper, s.parted)
}

func (s *service) joined(ctx context.Context, tx *sqldb.Tx, _ event.Event, m *registryv1.WorkerJoined) error {
	err := person.Join(tx, person.Pair{JoinID: m.GetJoinId(), Alias: m.GetAlias(), Remains: m.GetInto()})
	if err != nil || s.holder == nil {
		return err
	}
	return s.holder.Joined(ctx, tx, m.GetInto())
}

func (s *service) parted(ctx context.Context, tx *sqldb.Tx, e event.Event, m *registryv1.WorkerParted) error {
	p := person.Parting{
		Pair:    person.Pair{JoinID: m.GetJoinId(), Alias: m.GetAlias(), Remains: m.GetInto()},
		ToAlias: m.GetToAlias(), ToRemains: m.GetToInto(), At: e.OccurredAt,
	}
	if err := person.Part(tx, p); err != nil || s.holder == nil {
		return err
	}
	return s.holder.Parted(ctx, tx, p)
}
