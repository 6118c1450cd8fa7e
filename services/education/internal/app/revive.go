package app

import (
	"context"

	clocks "github.com/qiao-platform/qiao/pkg/answer"
)

// Revive has the offers to a guardian go on whose death was recorded and who lives:
// what waited has its whole time to answer anew. No child was passed over meanwhile:
// a place is the child's, and none lapses with its guardian.
func (a *App) Revive(ctx context.Context, s Store, worker string, stood clocks.Pause) error {
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
		if err := s.LapseAt(ctx, o.ID, o.AnswerBy); err != nil {
			return err
		}
	}
	return nil
}
