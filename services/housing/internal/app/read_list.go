package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// WaitingList is a list as an officer of its county sees it: case numbers.
type WaitingList struct {
	Ranked      []domain.Standing
	Was         map[string]int
	PublishedOn clock.Date
	Rates       []domain.Rate
	Free        []domain.Home
	Undecided   []domain.Application
}

// ReadList shows a list to an officer of the county.
func (a *App) ReadList(ctx context.Context, s Store, county string, kind domain.Kind) (v WaitingList, err error) {
	if err := a.county(county); err != nil {
		return v, err
	}
	if _, err := officer(ctx, county); err != nil {
		return v, err
	}
	if _, v.Ranked, err = a.rank(s, county, kind); err != nil {
		return v, err
	}
	v.Rates = domain.Rates(v.Ranked)
	if v.Was, v.PublishedOn, err = s.Published(county, kind); err != nil {
		return v, err
	}
	if v.Undecided, err = s.Undecided(county, kind, usualPage); err != nil {
		return v, err
	}
	v.Free, err = s.FreeHomes(county, kind, "", longestPage)
	return v, err
}
