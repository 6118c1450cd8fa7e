package app

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// SetProfile saves the worker's own wishes and tells what that did.
func (a *App) SetProfile(ctx context.Context, s Store, worker string, w domain.Wishes, availableFrom, availableTo string) (outcome string, err error) {
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
	if w.AvailableTo, err = date(availableTo, domain.ErrProfile); err != nil {
		return "", err
	}
	if err := a.checkWishes(w); err != nil {
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

// checkWishes refuses places and skills that no post can have.
func (a *App) checkWishes(w domain.Wishes) error {
	if _, ok := a.Codes.County(w.County); w.County != "" && !ok || w.County == "" && w.Township != "" {
		return domain.ErrCounty
	}
	if err := a.checkTownship(w.County, w.Township); err != nil {
		return err
	}
	for _, group := range append(slices.Clone(w.Skills), w.Papers...) {
		if a.checkOccupation(group) != nil {
			return domain.ErrSkills
		}
	}
	return w.Check()
}
