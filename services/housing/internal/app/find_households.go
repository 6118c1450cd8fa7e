package app

import (
	"context"
	"maps"
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

// FindHouseholds asks the registry who on a list may be one household, outside
// of any transaction, keeps what it says and counts the pairs that wait for a
// decision. A repeat finds the same.
func (a *App) FindHouseholds(ctx context.Context, county string, kind domain.Kind) (open int, err error) {
	var of map[string]string
	err = a.Data.Look(ctx, func(s Store) error {
		of, err = a.onList(ctx, s, county, kind)
		return err
	})
	if err != nil {
		return 0, err
	}
	var found []Likely
	if len(of) > 1 {
		if found, err = a.Registry.LikelyHouseholds(ctx, county+"-"+string(kind), slices.Collect(maps.Keys(of))); err != nil {
			return 0, err
		}
	}
	err = a.Data.Change(ctx, func(s Store) error {
		open, err = a.keepHouseholds(ctx, s, county, kind, of, found)
		return err
	})
	return open, err
}

// onList gives the application of each worker on a list, to an officer of the county.
func (a *App) onList(ctx context.Context, s Store, county string, kind domain.Kind) (map[string]string, error) {
	if _, err := officer(ctx, county); err != nil {
		return nil, err
	}
	all, err := s.Candidates(county, kind, a.today())
	if err != nil {
		return nil, err
	}
	if len(all) > mostCompared {
		return nil, domain.ErrDoublesMany
	}
	of := make(map[string]string, len(all))
	for _, c := range all {
		of[c.Application.Worker] = c.Application.ID
	}
	return of, nil
}

// keepHouseholds keeps the pairs that the registry named, beside those that are
// known, and counts those that wait for a decision.
func (a *App) keepHouseholds(ctx context.Context, s Store, county string, kind domain.Kind, of map[string]string, found []Likely) (int, error) {
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
	all = slices.DeleteFunc(slices.Clone(all), func(d domain.Double) bool { return d.State != domain.DoubleOpen })
	var ids []string
	for _, d := range all {
		ids = append(ids, d.First, d.Second)
	}
	applications, err := s.PeekApplications(ids)
	for _, d := range all {
		if applications[d.First].Waits() && applications[d.Second].Waits() {
			open++
		}
	}
	return open, err
}
