package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// FileAppeal files a guardian's appeal against the outcome of the latest round.
func (a *App) FileAppeal(ctx context.Context, s Store, applicationID, schoolID, ground string) (domain.Appeal, error) {
	if _, err := a.guarded(ctx, s, applicationID); err != nil {
		return domain.Appeal{}, err
	}
	e, err := s.LastEntry(applicationID)
	if err != nil {
		return domain.Appeal{}, err
	}
	r, err := s.PeekRound(e.RoundID)
	if err != nil {
		return domain.Appeal{}, err
	}
	due, err := a.due(domain.DecideDeadline)
	if err != nil {
		return domain.Appeal{}, err
	}
	appeal, events, err := domain.FileAppeal(domain.Appeal{ID: a.NewID(), SchoolID: schoolID, Ground: ground, DueOn: due, FiledAt: a.Clock.Now()}, r, e, e.ReviewBy, clock.Today(a.Clock))
	if err != nil {
		return appeal, err
	}
	return appeal, s.SaveAppeal(ctx, appeal, events...)
}
