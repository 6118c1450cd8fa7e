package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// CloseAccount ends the worker's open applications and returns all of the
// worker's, whose evidence goes. Leases stay for their legal term.
func (a *App) CloseAccount(ctx context.Context, s Store, worker string) ([]domain.Application, error) {
	all, err := s.ApplicationsOf(worker)
	if err != nil {
		return nil, err
	}
	for _, seen := range all {
		if !seen.Open() {
			continue
		}
		if err := a.withdraw(ctx, s, seen.ID); err != nil {
			return nil, err
		}
	}
	return all, nil
}
