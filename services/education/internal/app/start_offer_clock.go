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
