package run

import (
	"slices"

	"github.com/qiao-platform/qiao/pkg/outcome"
	"github.com/qiao-platform/qiao/proto/services"
)

// countOutcomes has a department answer what came of its cases.
func (s *service) countOutcomes() error {
	if !slices.Contains(services.Names(), s.name) {
		return nil
	}
	server := &outcome.Server{Department: s.name, DB: s.Outbox.DB(), Clock: s.Clock, Rules: s.Rules, Calendar: s.Calendar, Matters: slices.Clone(s.parts.Outcomes)}
	s.parts.Methods = slices.Concat(s.parts.Methods, outcome.Methods(server, s.parts.Methods))
	return server.Start()
}
