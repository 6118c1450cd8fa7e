package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// ConfirmFigure takes the figure again from another officer and draws: each
// child gets its outcome with reasons, and who is placed an offer.
func (a *App) ConfirmFigure(ctx context.Context, s Store, roundID, figure string) (domain.Drawn, error) {
	p, r, err := round(ctx, s, roundID)
	if err != nil {
		return domain.Drawn{}, err
	}
	today := clock.Today(a.Clock)
	if err := r.Confirm(figure, p.Subject, today); err != nil {
		return domain.Drawn{}, err
	}
	waiting, err := s.Waiting(roundID)
	if err != nil {
		return domain.Drawn{}, err
	}
	schools, err := s.Seated(roundID)
	if err != nil {
		return domain.Drawn{}, err
	}
	entries, err := s.Entries(roundID)
	if err != nil {
		return domain.Drawn{}, err
	}
	x, err := a.explaining(r.County, 1)
	if err != nil {
		return domain.Drawn{}, err
	}
	d, err := r.Draw(schools, entries, p.Subject, x, today)
	if err != nil {
		return d, err
	}
	if d.Round.Parts, err = s.SaveBundle(roundID, d.Bundle); err != nil {
		return d, err
	}
	return d, a.give(ctx, s, d, waiting)
}
