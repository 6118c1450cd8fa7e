package app

import (
	"context"
	"maps"
	"slices"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// FindDoubles asks the registry which entries of a round may be one child, outside
// of any transaction, keeps the pairs and counts those that wait for a decision.
// Where the registry could not be asked, a repeat has the answer that was kept.
func (a *App) FindDoubles(ctx context.Context, once Once[int], roundID string) (int, error) {
	of, found, refused := a.likely(ctx, roundID)
	return once(ctx, func(s Store) (int, error) {
		if refused != nil {
			return 0, refused
		}
		return a.keepDoubles(ctx, s, roundID, of, found)
	})
}

// findDoubles is FindDoubles for a round that was closed, where that was not done
// since.
func (a *App) findDoubles(ctx context.Context, roundID string) error {
	var r domain.Round
	err := a.Data.Look(ctx, func(s Store) (err error) {
		r, err = s.PeekRound(roundID)
		return err
	})
	if err != nil || r.State != domain.RoundIsClosed || !r.DoublesOn.IsZero() {
		return err
	}
	of, found, err := a.likely(ctx, roundID)
	if err != nil {
		return err
	}
	return a.Data.Change(ctx, func(s Store) error {
		_, err := a.keepDoubles(ctx, s, roundID, of, found)
		return err
	})
}

// likely asks the registry about a round's children, of whom it gives the
// applications too.
func (a *App) likely(ctx context.Context, roundID string) (of map[string]string, found []Likely, err error) {
	err = a.Data.Look(ctx, func(s Store) error {
		of, err = a.childrenOf(ctx, s, roundID)
		return err
	})
	if err != nil || len(of) < 2 {
		return of, nil, err
	}
	found, err = a.Children.Doubles(ctx, slices.Collect(maps.Keys(of)), roundID)
	return of, found, err
}

// keepDoubles keeps the pairs that the registry named, beside those that are
// known. It returns how many wait for a decision.
func (a *App) keepDoubles(ctx context.Context, s Store, roundID string, of map[string]string, found []Likely) (open int, err error) {
	_, r, err := round(ctx, s, roundID)
	if err != nil {
		return 0, err
	}
	if r.State != domain.RoundIsOpen && r.State != domain.RoundIsClosed {
		return 0, domain.ErrRoundState.With("state", string(r.State))
	}
	all, err := s.Doubles(roundID)
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
		d := domain.Double{ID: a.NewID(), RoundID: roundID, County: r.County, First: first, Second: second, Grounds: l.Grounds, State: domain.DoubleOpen}
		if err := s.SaveDouble(ctx, d); err != nil {
			return 0, err
		}
		all = append(all, d)
	}
	if open, err = a.undecided(s, all); err != nil {
		return 0, err
	}
	if r.State == domain.RoundIsClosed {
		r.DoublesOn = clock.Today(a.Clock)
	}
	return open, s.SaveRound(ctx, r, domain.DoublesFound{RoundID: roundID, DoublesCount: open})
}

// undecided counts the pairs that wait for a decision; one of whose applications
// was withdrawn since waits for none.
func (a *App) undecided(s Store, all []domain.Double) (open int, err error) {
	all = slices.DeleteFunc(slices.Clone(all), func(d domain.Double) bool { return d.State != domain.DoubleOpen })
	var ids []string
	for _, d := range all {
		ids = append(ids, d.First, d.Second)
	}
	applications, err := s.PeekApplications(ids)
	for _, d := range all {
		if applications[d.First].State != domain.Withdrawn && applications[d.Second].State != domain.Withdrawn {
			open++
		}
	}
	return open, err
}
