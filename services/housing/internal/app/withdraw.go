package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// Withdraw ends an application by the worker's act; a home that was held for
// it is free again.
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
	return withdrawOffer(ctx, s, offerID)
}

// withdrawOffer ends the offer of an application that is over or refused, if
// it has one, and frees the home. The application's own event tells of it.
func withdrawOffer(ctx context.Context, s Store, offerID string) error {
	if offerID == "" {
		return nil
	}
	o, err := s.Offer(offerID)
	if err != nil {
		return err
	}
	if err := s.SaveOffer(ctx, o.Withdraw()); err != nil {
		return err
	}
	return release(ctx, s, o.HomeID)
}

func release(ctx context.Context, s Store, homeID string) error {
	h, err := s.Home(homeID)
	if err != nil {
		return err
	}
	return s.SaveHome(ctx, h.Release())
}

// CloseAccount ends the worker's open applications and returns all of the
// worker's, whose evidence goes. Leases stay for their legal term.
func (a *App) CloseAccount(ctx context.Context, s Store, worker string) ([]domain.Application, error) {
	all, err := s.ApplicationsOf(worker)
	if err != nil {
		return nil, err
	}
	for _, seen := range all {
		if !seen.Open() {
			continue
		}
		if err := a.withdraw(ctx, s, seen.ID); err != nil {
			return nil, err
		}
	}
	return all, nil
}
