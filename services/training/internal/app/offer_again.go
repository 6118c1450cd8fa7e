package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// OfferAgain makes an offer anew that was made before offers had a time to answer:
// its worker is told, and the time runs from that message.
func (a *App) OfferAgain(ctx context.Context, s Store, enrolmentID string) error {
	c, e, err := s.Place(enrolmentID)
	if err != nil || e.State != domain.Offered || e.OfferID != e.ID {
		return err
	}
	if c.Started(a.today()) {
		return a.LapsePlace(ctx, s, e.OfferID)
	}
	c.Waiting, c.Taken = c.Waiting+1, c.Taken-1
	_, err = a.offer(ctx, s, c, e)
	return err
}
