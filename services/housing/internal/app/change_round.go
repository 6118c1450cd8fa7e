package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// held lists the homes of a round that are offered, accepted or let by it.
func held(s Store, roundID string) ([]string, error) {
	offers, err := s.OffersOf(roundID)
	var ids []string
	for _, o := range offers {
		if o.State == answer.Open || o.State == answer.Accepted || o.State == domain.OfferSigned {
			ids = append(ids, o.HomeID)
		}
	}
	return ids, err
}

// ChangeRound puts other homes into an open round.
func (a *App) ChangeRound(ctx context.Context, s Store, id string, homeIDs []string) error {
	r, err := lockRound(ctx, s, id)
	if err != nil {
		return err
	}
	kept, err := held(s, id)
	if err != nil {
		return err
	}
	homes, err := a.roundHomes(s, r.County, homeIDs, r.HomeIDs)
	if err != nil {
		return err
	}
	if r, err = r.Change(homes, kept); err != nil {
		return err
	}
	return s.SaveRound(ctx, r, domain.RoundChanged{RoundID: r.ID, Places: len(r.HomeIDs)})
}
