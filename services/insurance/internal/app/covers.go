package app

import "github.com/qiao-platform/qiao/services/insurance/internal/domain"

// Covers gives a worker's covers as evidence. Who may ask, and that the worker
// sees it, is seen to before (evidence.Server).
func (a *App) Covers(s Store, worker string) ([]domain.Cover, error) { return s.CoversOf(worker) }
