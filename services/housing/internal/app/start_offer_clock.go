package app

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// StartOfferClock starts an offer's clock when its message is known to have
// arrived; an offer of which nobody is known to have read never lapses.
func (a *App) StartOfferClock(ctx context.Context, s Store, offerID string, at time.Time) error {
	return answer.Start(ctx, offerID, at, s.Offer, domain.ErrOfferUnknown, domain.Offer.Delivered, s.SaveOffer,
		func(o domain.Offer) error { return s.Later(ctx, TaskLapse, o.ID, o.AnswerBy) })
}
