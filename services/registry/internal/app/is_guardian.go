package app

import (
	"slices"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// IsGuardian reports whether somebody is a guardian of any child now. Of which child is
// asked anew by every use case.
func (a *App) IsGuardian(s Store, worker string) (bool, error) {
	parts, err := s.GuardianRows(worker)
	today := clock.Today(a.Clock)
	return slices.ContainsFunc(parts, func(g domain.Guardian) bool { return g.Acts(today) }), err
}
