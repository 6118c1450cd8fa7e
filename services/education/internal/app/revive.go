package app

import (
	"context"

	clocks "github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// Revive has the offers to a guardian go on whose death was recorded and who lives:
// what waited has its whole time to answer anew. No child was passed over meanwhile:
// a place is the child's, and none lapses with its guardian.
func (a *App) Revive(ctx context.Context, s Store, worker string, stood clocks.Pause) error {
	all, err := s.StandingOffers(worker)
	if err != nil {
		return err
	}
	return clocks.Revive(ctx, all, stood, func(o *domain.Offer) *clocks.Clock { return &o.Clock }, s.SaveOffer,
		func(o domain.Offer) error { return s.LapseAt(ctx, o.ID, o.AnswerBy) })
}
