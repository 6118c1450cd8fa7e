package app

import (
	"context"
)

// Lapse ends an offer that was not answered in time. Nothing is lost but the
// offer: the application is back at its place in the queue. Of a guardian
// whose death is recorded it waits, and so it does while nobody keeps the application.
func (a *App) Lapse(ctx context.Context, s Store, offerID string) error {
	seen, err := s.PeekOffer(offerID)
	if err != nil {
		return err
	}
	if err := holdRound(s, seen); err != nil {
		return err
	}
	application, err := s.Application(seen.ApplicationID)
	if err != nil {
		return err
	}
	if nobody, err := unkept(s, application); err != nil || nobody {
		return err
	}
	o, err := s.Offer(offerID)
	if err != nil {
		return err
	}
	if died, err := s.Died(o.Worker); err != nil || died {
		return err
	}
	o, events := o.Lapse(a.Clock.Now())
	if len(events) == 0 {
		return nil
	}
	return a.giveBack(ctx, s, application, o, events)
}
