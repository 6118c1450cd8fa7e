package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// Withdraw ends an application by the worker's act; a home that was held for
// it is free again, and its evidence is forgotten.
func (a *App) Withdraw(ctx context.Context, s Store, applicationID string) error {
	seen, err := s.PeekApplication(applicationID)
	if err != nil {
		return err
	}
	if err := auth.Hide(mayActFor(ctx, seen.Worker), domain.ErrApplicationUnknown); err != nil {
		return err
	}
	return a.withdraw(ctx, s, applicationID)
}

func (a *App) withdraw(ctx context.Context, s Store, applicationID string) error {
	application, err := s.Application(applicationID)
	if err != nil {
		return err
	}
	offerID := application.OfferID
	application, events, err := application.Withdraw()
	if err != nil {
		return err
	}
	if err := s.SaveApplication(ctx, application, events...); err != nil {
		return err
	}
	if err := relieved(ctx, s, application.ID); err != nil {
		return err
	}
	if err := s.DropEvidence(applicationID); err != nil {
		return err
	}
	return withdrawOffer(ctx, s, offerID)
}
