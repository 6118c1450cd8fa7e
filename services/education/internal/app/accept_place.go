package app

import (
	"context"
	"time"
)

// AcceptPlace accepts for the guardian, who acts in person or through a counter
// or a helper; which of both is kept with the acceptance. The place rests on
// nothing else from here on, so the evidence goes once nothing can be undone.
func (a *App) AcceptPlace(ctx context.Context, s Store, offerID string) error {
	p, o, application, err := answer(ctx, s, offerID)
	if err != nil {
		return err
	}
	o, events, err := o.Accept(p.ActsHimself(o.Worker), a.Clock.Now())
	if err != nil {
		return err
	}
	if application.OfferID != "" && application.OfferID != o.ID { // it takes the place of the one before
		before, err := s.Offer(application.OfferID)
		if err != nil {
			return err
		}
		if err := s.SaveOffer(ctx, before.Withdraw()); err != nil { // the acceptance tells of it
			return err
		}
	}
	if err := s.SaveApplication(ctx, application.Accept(o.ID)); err != nil {
		return err
	}
	forget := a.Clock.Now()
	if !o.InPerson {
		within, err := a.undoTime(o.County)
		if err != nil {
			return err
		}
		forget = o.UndoUntil(within).Add(time.Microsecond)
	}
	if err := s.ForgetAt(ctx, application.ID, forget); err != nil {
		return err
	}
	if err := s.SaveOffer(ctx, o, events...); err != nil {
		return err
	}
	return taskDone(ctx, s, application.ID)
}
