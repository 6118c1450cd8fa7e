package app

import (
	"context"
)

// ReadRounds shows the rounds of a county to its officers.
func (a *App) ReadRounds(ctx context.Context, s Store, county string) ([]RoundShown, error) {
	if _, err := officer(ctx, county); err != nil {
		return nil, err
	}
	all, err := s.RoundsOf(county)
	if err != nil {
		return nil, err
	}
	free, err := freeOf(s, all...)
	shown := make([]RoundShown, len(all))
	for i, r := range all {
		shown[i] = RoundShown{Round: r, Free: len(free[i])}
	}
	return shown, err
}
