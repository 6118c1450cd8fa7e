package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// SetProfile saves the worker's own wishes and tells what that did.
func (a *App) SetProfile(ctx context.Context, s Store, worker string, w domain.Wishes, availableFrom string) (outcome string, err error) {
	if _, err := actingFor(ctx, worker); err != nil {
		return "", err
	}
	if w.Occupation != "" {
		if err := a.checkOccupation(w.Occupation); err != nil {
			return "", err
		}
	}
	if _, ok := a.Codes.Education(w.Education); w.Education != "" && !ok || w.WageMinFen < 0 {
		return "", domain.ErrProfile
	}
	if w.AvailableFrom, err = date(availableFrom, domain.ErrProfile); err != nil {
		return "", err
	}
	p, err := s.Profile(worker)
	if err != nil {
		return "", err
	}
	p, outcome, events := p.Save(w)
	if outcome == domain.Unchanged {
		return outcome, nil
	}
	return outcome, s.SaveProfile(ctx, p, events...)
}
