package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// ListHires shows the worker the own hires, newest first.
func (a *App) ListHires(ctx context.Context, s Store, worker string) ([]domain.Hire, error) {
	if _, err := auth.ActingFor(ctx, worker); err != nil {
		return nil, err
	}
	all, err := s.HiresOf(worker)
	if err != nil {
		return nil, err
	}
	names, err := s.EmployersOf(worker)
	for i := range all {
		all[i].EmployerName = names[all[i].EmployerID]
	}
	return all, err
}
