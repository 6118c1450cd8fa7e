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
	consume.On(s.parts.Router, event.Keeper, func(_ context.Context, tx *sqldb.Tx, _ event.Event, m *registryv1.WorkerJoined) error {
		return person.Join(tx, person.Pair{JoinID: m.GetJoinId(), Alias: m.GetAlias(), Remains: m.GetInto()})
	})
	consume.On(s.parts.Router, event.Keeper, func(_ context.Context, tx *sqldb.Tx, e event.Event, m *registryv1.WorkerParted) error {
		return person.Part(tx, person.Parting{
			Pair:    person.Pair{JoinID: m.GetJoinId(), Alias: m.GetAlias(), Remains: m.GetInto()},
			ToAlias: m.GetToAlias(), ToRemains: m.GetToInto(), At: e.OccurredAt,
		})
	})
	death.On(s.parts.Router, s.parts.Revive...)
}
