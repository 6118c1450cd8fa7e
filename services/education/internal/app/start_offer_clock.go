package app

import (
	"context"
	"errors"
	"time"

	clocks "github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// StartOfferClock starts an offer's clock when its message is known to have
// arrived; an offer of which nobody is known to have read never lapses. A message
// that arrives at a guardian from whom the offer went over starts nothing, nor does
// any while nobody keeps the application.
func (a *App) StartOfferClock(ctx context.Context, s Store, offerID, worker string, at time.Time) error {
	seen, err := s.PeekOffer(offerID)
	if errors.Is(err, domain.ErrOfferUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	application, err := s.Application(seen.ApplicationID) // before the offer, as all who lock both
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
	asked, err := s.Person(o.Worker)
	if err != nil {
		return err
	}
	if reached, err := s.Person(worker); err != nil || reached != asked {
		return err
	}
	return clocks.Start(ctx, offerID, at, s.Offer, domain.ErrOfferUnknown, domain.Offer.Delivered, s.SaveOffer,
		func(o domain.Offer) error { return s.LapseAt(ctx, o.ID, o.AnswerBy) })
}
