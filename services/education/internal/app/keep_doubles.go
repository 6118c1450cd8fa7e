package app

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// KeepDoubles keeps the pairs that the registry named, beside those that are
// known. It returns how many wait for a decision.
func (a *App) KeepDoubles(ctx context.Context, s Store, roundID string, of map[string]string, found []Likely) (open int, err error) {
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
			both = both && application.State != domain.Withdrawn
		}
		if both {
			open++
		}
	}
	return open, nil
}
