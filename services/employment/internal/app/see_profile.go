package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// SeeProfile shows the worker the own wishes and shared qualifications.
func (a *App) SeeProfile(ctx context.Context, s Store, worker string) (domain.Profile, []domain.Qualification, error) {
	if _, err := ActingFor(ctx, worker); err != nil {
		return domain.Profile{}, nil, err
	}
	p, err := s.PeekProfile(worker)
	if err != nil {
		return p, nil, err
	}
	held, err := s.HeldQualifications(a.today(), worker)
	return p, held[worker], err
}
