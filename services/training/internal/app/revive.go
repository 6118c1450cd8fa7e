package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// Revive has the places of a person go on whose death was recorded and who lives: an
// offer has its whole time to answer anew, and who was passed over while a place was
// free is offered it now.
func (a *App) Revive(ctx context.Context, s Store, worker string, stood answer.Pause) error {
	open, err := s.OpenEnrolments(worker)
	if err != nil {
		return err
	}
	for _, id := range open {
		c, e, err := s.Place(id)
		if err != nil {
			return err
		}
		if e.State == domain.Waiting && e.OfferID == "" {
			if c, err = a.offerNext(ctx, s, c, e.Number-1); err != nil {
				return err
			}
			if err := s.SaveCourse(ctx, c); err != nil {
				return err
			}
			continue
		}
		e, changed := c.Resume(e, stood)
		if !changed {
			continue
		}
		if err := s.SaveEnrolment(ctx, e); err != nil {
			return err
		}
		if e.State != domain.Offered {
			continue
		}
		if err := s.Later(ctx, TaskLapse, e.OfferID, e.Offer.AnswerBy); err != nil {
			return err
		}
	}
	return nil
}
