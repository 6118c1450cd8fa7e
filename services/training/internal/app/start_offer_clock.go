package app

import (
	"context"
	"time"
)

// StartOfferClock starts the time to answer when the offer's message is known to
// have arrived. An offer of which nobody is known to have read ends with the first
// day of the course alone.
func (a *App) StartOfferClock(ctx context.Context, s Store, offerID string, at time.Time) error {
	c, e, found, err := offered(s, offerID)
	if err != nil || !found {
		return err
	}
	e, started := c.Delivered(e, at)
	if !started {
		return nil
	}
	if err := s.SaveEnrolment(ctx, e); err != nil {
		return err
	}
	return s.Later(ctx, TaskLapse, offerID, e.Offer.AnswerBy)
}
