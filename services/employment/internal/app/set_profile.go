package app

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// Said is what became of what a form or a sheet says of a thing.
type Said struct {
	ID, Outcome string
	Differs     []string // fields that say otherwise than the record and changed nothing
	Notes       []string // what is to be known of a wage
}

// Wished is a worker's wishes as they were filled in.
type Wished struct {
	domain.Wishes
	From, To string   // when the worker is available
	Only     []string // the wishes that are said; none named is all
}

// SetProfile saves the worker's own wishes and tells what that did. With the
// first ones a job search opens, and what the worker's grants open for it is
// collected.
func (a *App) SetProfile(ctx context.Context, s Store, worker string, f Wished) (said Said, err error) {
	p, err := auth.ActingFor(ctx, worker)
	if err != nil {
		return said, err
	}
	w, err := a.CheckWishes(f)
	if err != nil {
		return said, err
	}
	known, err := s.Profile(worker)
	if err != nil {
		return said, err
	}
	if known.Version > 0 && !known.Closed {
		if w, err = known.Take(w, f.Only); err != nil {
			return said, err
		}
	}
	if err := w.Check(); err != nil { // what was said before and what is said now
		return said, err
	}
	saved, outcome, events := known.Save(w, p.Via, p.Via == auth.ViaImport, a.Clock.Now())
	said.Outcome = outcome
	switch outcome {
	case domain.Unchanged:
		return said, nil
	case domain.Differs:
		said.Differs = known.Differ(w)
		return said, nil
	}
	if err := s.SaveProfile(ctx, saved, events...); err != nil || outcome != domain.Created {
		return said, err
	}
	return said, s.SearchOpened(ctx, saved.Worker)
}

// CheckWishes judges a form by itself, before its worker is known.
func (a *App) CheckWishes(f Wished) (w domain.Wishes, err error) {
	w = f.Wishes
	if w.Occupation != "" {
		if err := a.checkOccupation(w.Occupation); err != nil {
			return w, err
		}
	}
	if _, ok := a.Codes.Education(w.Education); w.Education != "" && !ok || w.WageMinFen < 0 {
		return w, domain.ErrProfile
	}
	if w.AvailableFrom, err = Date(f.From, domain.ErrProfile); err != nil {
		return w, err
	}
	if w.AvailableTo, err = Date(f.To, domain.ErrProfile); err != nil {
		return w, err
	}
	return w, a.checkWishes(w)
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
