package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// Withdraw ends an application by the guardian's act; a place that it took is
// free again, and its evidence goes.
func (a *App) Withdraw(ctx context.Context, s Store, applicationID string) error {
	seen, err := s.PeekApplication(applicationID)
	if err != nil {
		return err
	}
	if _, err := keeps(ctx, s, seen, domain.ErrApplicationUnknown); err != nil {
		return err
	}
	application, err := s.Application(applicationID)
	if err != nil {
		return err
	}
	if _, err := keeps(ctx, s, application, domain.ErrApplicationUnknown); err != nil { // it may have gone over meanwhile
		return err
	}
	return a.withdraw(ctx, s, application)
}

// withdraw ends an application, and what was to be decided about its guardians.
func (a *App) withdraw(ctx context.Context, s Store, application domain.Application) error {
	if err := a.voidAll(ctx, s, application); err != nil {
		return err
	}
	ends := func(_ string, stage domain.Stage) (bool, error) { return stage == application.Stage, nil }
	if err := a.endStandIns(ctx, s, []string{application.ChildID}, ends); err != nil {
		return err
	}
	if err := withdrawBetter(ctx, s, application.ID); err != nil {
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
	if err := s.DropEvidence(application.ID); err != nil {
		return err
	}
	if offerID == "" {
		return taskDone(ctx, s, application.ID)
	}
	o, err := s.Offer(offerID)
	if err != nil {
		return err
	}
	if err := s.SaveOffer(ctx, o.Withdraw()); err != nil { // the application's own event tells of it
		return err
	}
	return taskDone(ctx, s, application.ID)
}

// withdrawBetter ends the offer beside an accepted place, where there is one.
func withdrawBetter(ctx context.Context, s Store, applicationID string) error {
	o, err := s.Better(applicationID)
	if errors.Is(err, domain.ErrOfferUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.SaveOffer(ctx, o.Withdraw())
}
