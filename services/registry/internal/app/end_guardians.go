package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// guardianDied ends what a person was guardian of, whose death two officers
// recorded. What is under way for the children goes over to those who remain.
func (a *App) guardianDied(ctx context.Context, s Store, worker string) error {
	return a.eachPart(ctx, s, worker, func(g domain.Guardian) (domain.Guardian, []domain.Event) {
		return g.End(domain.EndDied, clock.Today(a.Clock))
	})
}

// guardianCloses ends what one record of a person was guardian of.
func (a *App) guardianCloses(ctx context.Context, s Store, worker string) error {
	return a.eachPart(ctx, s, worker, func(g domain.Guardian) (domain.Guardian, []domain.Event) {
		if g.Worker != worker { // another record of the person, which stays
			return g, nil
		}
		return g.End(domain.EndAccountClosed, clock.Today(a.Clock))
	})
}

// guardianLives brings back what ended with a death that is reversed.
func (a *App) guardianLives(ctx context.Context, s Store, worker string) error {
	return a.eachPart(ctx, s, worker, domain.Guardian.Lives)
}

func (a *App) eachPart(ctx context.Context, s Store, worker string, change func(domain.Guardian) (domain.Guardian, []domain.Event)) error {
	parts, err := s.GuardianRows(worker)
	if err != nil {
		return err
	}
	for _, seen := range parts {
		g, err := s.Guardian(seen.ID)
		if err != nil {
			return err
		}
		changed, events := change(g)
		if changed.State == g.State {
			continue
		}
		if err := s.SaveGuardian(ctx, changed, events...); err != nil {
			return err
		}
	}
	return nil
}
