package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// WorkersOf lists who is on a list, and the application of each, for an officer
// who is about to ask for likely households.
func (a *App) WorkersOf(ctx context.Context, s Store, county string, kind domain.Kind) (map[string]string, error) {
	if _, err := officer(ctx, county); err != nil {
		return nil, err
	}
	all, err := s.Candidates(county, kind, clock.Today(a.Clock))
	if err != nil {
		return nil, err
	}
	of := make(map[string]string, len(all))
	for _, c := range all[:min(len(all), mostCompared)] {
		of[c.Application.Worker] = c.Application.ID
	}
	return of, nil
}
