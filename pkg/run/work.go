package run

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/work"
	"github.com/qiao-platform/qiao/proto/services"
)

// listWork has a department answer what waits for its officers: what it says itself, and
// what every department has by the mechanisms that it shares with the others.
func (s *service) listWork(ctx context.Context) error {
	if !slices.Contains(services.Names(), s.name) {
		return nil
	}
	server := &work.Server{Department: s.name, DB: s.Outbox.DB(), Clock: s.Clock, Rules: s.Rules, Calendar: s.Calendar, Kinds: slices.Clone(s.parts.Work)}
	if s.name != event.Keeper {
		server.Kinds = append(server.Kinds, work.Kind{
			Matter: "collision", Person: work.Worker, Decides: []string{"platform.PersonsService.SettleCollision"},
			From: "collision", Where: "state = 'open'", County: "division", State: "state", Since: "found_at", What: "kind",
		})
		for _, h := range s.parts.Held {
			if h.End != nil {
				server.Kinds = append(server.Kinds, work.Kind{
					Matter: "held_" + h.Kind, Person: work.Worker, Decides: []string{"platform.EstateService.GiveUp"},
					From: "(" + h.Query + ") AS held", Where: "true", County: "division", State: "state", Since: "0",
				})
			}
		}
	}
	s.parts.Methods = slices.Concat(s.parts.Methods, work.Methods(server, s.parts.Methods))
	return server.Try(ctx)
}
