package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// SeeProfile shows the worker the own wishes and shared qualifications.
func (a *App) SeeProfile(ctx context.Context, s Store, worker string) (domain.Profile, []domain.Qualification, error) {
	if _, err := auth.ActingFor(ctx, worker); err != nil {
		return domain.Profile{}, nil, err
	}
	p, err := s.PeekProfile(worker)
	if err != nil {
		return p, nil, err
	}
	held, err := s.HeldQualifications(a.today(), p.Worker)
	if err != nil {
		return p, nil, err
	}
	return p, held[p.Worker], told(ctx, s, worker, p.Seeker(held[p.Worker]))
}

// told writes to the worker's access log what somebody who acts in the worker's name,
// at a counter or as a helper, is shown of the wishes. The own look is none.
func told(ctx context.Context, s Store, worker string, seen domain.Seeker) error {
	p, err := auth.ActingFor(ctx, worker)
	kinds := seen.Kinds()
	if err != nil || p.ActsHimself(worker) || len(kinds) == 0 {
		return err
	}
	return s.Read(ctx, worker, seen.County, domain.ProfileCase(worker), kinds...)
}
