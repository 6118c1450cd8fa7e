package run

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/elsewhere"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/proto/services"
)

// enterElsewhere has a department answer what is typed again into another system, and
// list what is not yet. One that has nothing of the kind says so, and is not taken for
// one that is down. The registry holds persons and no cases of that kind.
func (s *service) enterElsewhere(ctx context.Context) error {
	if s.name == event.Keeper || !slices.Contains(services.Names(), s.name) {
		return nil
	}
	server := &elsewhere.Server{Outbox: s.Outbox, Clock: s.Clock, Matters: s.parts.Elsewhere}
	s.parts.Methods = slices.Concat(s.parts.Methods, elsewhere.Methods(server, s.parts.Methods))
	s.parts.Work = slices.Concat(s.parts.Work, elsewhere.Kinds(s.parts.Elsewhere))
	return server.Try(ctx)
}
