package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// Apply opens an application of the worker, who applies in person or at a
// counter, and collects what the worker's grants open for it.
func (a *App) Apply(ctx context.Context, s Store, wanted domain.Application) (domain.Application, error) {
	if err := mayActFor(ctx, wanted.Worker); err != nil {
		return domain.Application{}, err
	}
	if err := a.county(wanted.County); err != nil {
		return domain.Application{}, err
	}
	wanted.ID, wanted.SubmittedAt = a.NewID(), a.Clock.Now()
	opened, events, err := domain.Apply(wanted)
	if err != nil {
		return domain.Application{}, err
	}
	if wanted.RequestID != "" {
		r, err := s.PlaceRequest(wanted.RequestID)
		if err != nil {
			return domain.Application{}, err
		}
		if r.County != wanted.County {
			return domain.Application{}, domain.ErrPlacesMismatch
		}
	}
	if err := s.SaveApplication(ctx, opened, events...); err != nil {
		return domain.Application{}, err
	}
	return opened, collect(ctx, s, opened)
}

// collect asks for the facts of an application that wants evidence.
func collect(ctx context.Context, s Store, a domain.Application) error {
	if !a.WantsEvidence() {
		return nil
	}
	return s.CollectEvidence(ctx, a)
}
