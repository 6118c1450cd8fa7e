package app

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

func (a *App) publicUntil(county string, from clock.Date) (clock.Date, error) {
	days, err := a.number("HO-PUBLIC", "days", county)
	return from.AddDays(days), err
}

// roundHomes loads the homes for a round; none may be in another open one. own
// are those of the round itself. They are locked, as who offers one locks it.
func (a *App) roundHomes(s Store, county string, ids, own []string) ([]domain.Home, error) {
	elsewhere, err := s.HomesInRounds(county)
	if err != nil {
		return nil, err
	}
	homes := make([]domain.Home, len(ids))
	for i, id := range ids {
		if homes[i], err = s.Home(id); err != nil {
			return nil, err
		}
		if slices.Contains(elsewhere, id) && !slices.Contains(own, id) {
			return nil, domain.ErrRoundHomeTaken
		}
	}
	return homes, nil
}

// lockRound loads a round for an officer of its county.
func lockRound(ctx context.Context, s Store, id string) (domain.Round, error) {
	r, err := s.Round(id)
	if err != nil {
		return r, err
	}
	_, err = officer(ctx, r.County)
	return r, auth.Hide(err, domain.ErrRoundUnknown)
}

// freeOf lists the homes of rounds that can be offered, those of each round in its order.
func freeOf(s Store, rounds ...domain.Round) ([][]domain.Home, error) {
	var ids []string
	for _, r := range rounds {
		ids = append(ids, r.HomeIDs...)
	}
	homes, err := s.FreeAmong(ids)
	free := make([][]domain.Home, len(rounds))
	for i, r := range rounds {
		for _, id := range r.HomeIDs {
			if h, is := homes[id]; is {
				free[i] = append(free[i], h)
			}
		}
	}
	return free, err
}
