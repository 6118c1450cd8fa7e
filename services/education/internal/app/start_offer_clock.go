package app

import (
	"context"
	"time"

	clocks "github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// StartOfferClock starts an offer's clock when its message is known to have
// arrived; an offer of which nobody is known to have read never lapses.
func (a *App) StartOfferClock(ctx context.Context, s Store, offerID string, at time.Time) error {
	return clocks.Start(ctx, offerID, at, s.Offer, domain.ErrOfferUnknown, domain.Offer.Delivered, s.SaveOffer,
		func(o domain.Offer) error { return s.LapseAt(ctx, o.ID, o.AnswerBy) })
}
