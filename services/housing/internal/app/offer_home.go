package app

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// OfferHome offers a free home to an application that waits for one. The
// home's row is locked: of many who want the last home, one gets it.
func (a *App) OfferHome(ctx context.Context, s Store, applicationID, homeID string) (domain.Offer, error) {
	application, err := lockApplication(ctx, s, applicationID)
	if err != nil {
		return domain.Offer{}, err
	}
	h, err := s.Home(homeID)
	if err != nil {
		return domain.Offer{}, err
	}
	if err := mayOffer(s, application, h); err != nil {
		return domain.Offer{}, err
	}
	return a.offer(ctx, s, application, h)
}

// mayOffer returns an error where the home is in an open round, whose list
// decides, or where the employer's request that a dormitory place is taken from
// is used up.
func mayOffer(s Store, a domain.Application, h domain.Home) error {
	inRounds, err := s.HomesInRounds(h.County)
	if err != nil {
		return err
	}
	if slices.Contains(inRounds, h.ID) {
		return domain.ErrRoundHomeTaken
	}
	if a.RequestID == "" {
		return nil
	}
	r, err := s.PlaceRequest(a.RequestID)
	if err != nil {
		return err
	}
	return r.Take()
}
