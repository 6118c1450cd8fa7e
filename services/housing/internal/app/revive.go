package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// Revive has what waits for an answer go on of a person whose death was recorded and
// who lives: offers and notices have their whole time anew, and the time to appeal is
// as long as it was.
func (a *App) Revive(ctx context.Context, s Store, worker string, stood answer.Pause) error {
	offers, err := s.StandingOffers(worker)
	if err != nil {
		return err
	}
	if err := answer.Revive(ctx, offers, stood, func(o *domain.Offer) *answer.Clock { return &o.Clock }, s.SaveOffer,
		func(o domain.Offer) error { return s.Later(ctx, TaskLapse, o.ID, o.AnswerBy) }); err != nil {
		return err
	}
	exits, err := s.StandingExits(worker)
	if err != nil {
		return err
	}
	for _, e := range exits {
		e, changed := e.Resume(stood)
		if !changed {
			continue
		}
		if err := s.SaveExit(ctx, e); err != nil {
			return err
		}
	}
	return nil
}
