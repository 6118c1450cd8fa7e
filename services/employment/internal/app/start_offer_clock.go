package app

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// StartOfferClock starts an offer's time to answer when its message is known
// to have arrived.
func (a *App) StartOfferClock(ctx context.Context, s Store, offerID string, delivered time.Time) error {
	return answer.Start(ctx, offerID, delivered, s.Offer, domain.ErrOfferUnknown, domain.Offer.StartClock, s.SaveOffer,
		func(o domain.Offer) error { return s.LapseOfferAt(ctx, o.ID, o.AnswerBy) })
}
