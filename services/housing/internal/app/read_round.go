package app

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// RoundShown is a round with its entries.
type RoundShown struct {
	Round   domain.Round
	Entries []domain.RoundEntry
	Offers  map[string]domain.Offer
	Free    int
	Mended  []domain.Correction // that were taken
}

// ReadRound shows a round to an officer of its county.
func (a *App) ReadRound(ctx context.Context, s Store, id string) (RoundShown, error) {
	v, err := showRound(s, id)
	if err == nil {
		_, err = officer(ctx, v.Round.County)
	}
	return v, auth.Hide(err, domain.ErrRoundUnknown)
}

func showRound(s Store, id string) (v RoundShown, err error) {
	if v.Round, err = s.PeekRound(id); err != nil {
		return v, err
	}
	if v.Entries, err = s.Entries(id); err != nil {
		return v, err
	}
	offers, err := s.OffersOf(id)
	if err != nil {
		return v, err
	}
	v.Offers = make(map[string]domain.Offer, len(offers))
	for _, o := range offers {
		v.Offers[o.ID] = o
	}
	free, err := freeOf(s, v.Round)
	if err != nil {
		return v, err
	}
	v.Free = len(free[0])
	all, err := s.Corrections(id)
	v.Mended = slices.DeleteFunc(all, func(c domain.Correction) bool { return c.State != domain.CorrectionTaken })
	return v, err
}
