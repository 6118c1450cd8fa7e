package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// Revive has the offers to a person go on whose death was recorded and who lives:
// what waited has its whole time to answer anew.
func (a *App) Revive(ctx context.Context, s Store, worker string, stood answer.Pause) error {
	all, err := s.StandingOffers(worker)
	if err != nil {
		return err
	}
	return answer.Revive(ctx, all, stood, func(o *domain.Offer) *answer.Clock { return &o.Clock }, s.SaveOffer,
		func(o domain.Offer) error { return s.LapseOfferAt(ctx, o.ID, o.AnswerBy) })
}
