package app

import (
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// Leases gives a worker's leases as evidence. Who may ask, and that the worker
// sees it, is seen to before (evidence.Server).
func (a *App) Leases(s Store, worker string) ([]domain.Lease, error) { return s.LeasesOf(worker) }
