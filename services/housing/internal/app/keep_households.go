package app

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// mostCompared bounds how many the registry is asked about at once.
const mostCompared = 20_000

// Likely is two workers who may be one household, as the registry says it.
type Likely struct {
	First, Second string
	Grounds       []string
}

// KeepHouseholds keeps the pairs that the registry named, beside those that are
// known. It returns how many wait for a decision.
func (a *App) KeepHouseholds(ctx context.Context, s Store, county string, kind domain.Kind, of map[string]string, found []Likely) (int, error) {
	if _, err := officer(ctx, county); err != nil {
		return 0, err
	}
	if err := s.LockList(county, kind); err != nil {
		return 0, err
	}
	all, err := s.Doubles(county, kind)
	if err != nil {
		return 0, err
	}
	for _, l := range found {
		first, second := of[l.First], of[l.Second]
		if first > second {
			first, second = second, first
		}
		if first == "" || first == second || slices.ContainsFunc(all, func(d domain.Double) bool { return d.First == first && d.Second == second }) {
			continue
		}
		d := domain.Double{ID: a.NewID(), County: county, Kind: kind, First: first, Second: second, Grounds: l.Grounds, State: domain.DoubleOpen}
		if err := s.SaveDouble(ctx, d); err != nil {
			return 0, err
		}
		all = append(all, d)
	}
	return undecided(s, all)
}

// undecided counts the pairs of which both still wait.
func undecided(s Store, all []domain.Double) (open int, err error) {
	for _, d := range all {
		if d.State != domain.DoubleOpen {
			continue
		}
		both := true
		for _, id := range []string{d.First, d.Second} {
			application, err := s.PeekApplication(id)
			if err != nil {
				return 0, err
			}
			both = both && application.Waits()
		}
		if both {
			open++
		}
	}
	return open, nil
}
