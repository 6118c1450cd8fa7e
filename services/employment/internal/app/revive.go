package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/answer"
)

// Revive has the offers to a person go on whose death was recorded and who lives:
// what waited has its whole time to answer anew.
func (a *App) Revive(ctx context.Context, s Store, worker string, stood answer.Pause) error {
	all, err := s.StandingOffers(worker)
	if err != nil {
		return err
	}
	for _, o := range all {
		c, changed := o.Resume(stood)
		if !changed {
			continue
		}
		o.Clock = c
		if err := s.SaveOffer(ctx, o); err != nil {
			return err
		}
		if !o.Waits() {
			continue
		}
		if err := s.LapseOfferAt(ctx, o.ID, o.AnswerBy); err != nil {
			return err
		}
	}
	return nil
}
