package app

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// StartOfferClock starts an offer's time to answer when its message is known
// to have arrived.
func (a *App) StartOfferClock(ctx context.Context, s Store, offerID string, delivered time.Time) error {
	o, err := s.Offer(offerID)
	if errors.Is(err, domain.ErrOfferUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	o, started := o.StartClock(delivered)
	if !started {
		return nil
	}
	if err := s.SaveOffer(ctx, o); err != nil {
		return err
	}
	return s.LapseOfferAt(ctx, o.ID, o.AnswerBy)
}
