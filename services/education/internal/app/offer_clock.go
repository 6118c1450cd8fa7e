package app

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// StartOfferClock starts an offer's clock when its message is known to have
// arrived; an offer of which nobody is known to have read never lapses.
func (a *App) StartOfferClock(ctx context.Context, s Store, offerID string, at time.Time) error {
	o, err := s.Offer(offerID)
	if errors.Is(err, domain.ErrOfferUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	o, started := o.Delivered(at)
	if !started {
		return nil
	}
	if err := s.SaveOffer(ctx, o); err != nil {
		return err
	}
	return s.LapseAt(ctx, o.ID, o.AnswerBy)
}

// Lapse ends an offer that was not answered in time. Nothing is lost but the
// offer: the application is back at its place in the queue.
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
	o, err := s.Offer(offerID)
	if err != nil {
		return err
	}
	o, events := o.Lapse(a.Clock.Now())
	if len(events) == 0 {
		return nil
	}
	return a.giveBack(ctx, s, application, o, events)
}
