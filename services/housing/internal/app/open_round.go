package app

import (
	"context"
	"slices"
	"strconv"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// Accepted is what an officer lets stand who fixes a list.
type Accepted struct {
	Undecided bool // applications that may be one household
	Declared  bool // relief households whom nobody looked at
}

// OpenRound opens a round for homes of a list, and fixes the order in which
// they are offered, or what will decide it.
func (a *App) OpenRound(ctx context.Context, s Store, r domain.Round, accepts Accepted) (domain.Round, error) {
	if err := a.county(r.County); err != nil {
		return r, err
	}
	if _, err := officer(ctx, r.County); err != nil {
		return r, err
	}
	if err := s.LockList(r.County, r.Kind); err != nil {
		return r, err
	}
	before, err := s.RoundsOf(r.County)
	if err != nil {
		return r, err
	}
	if slices.ContainsFunc(before, func(b domain.Round) bool { return b.Kind == r.Kind && b.State != domain.RoundIsClosed }) {
		return r, domain.ErrRoundOpen
	}
	pairs, err := s.Doubles(r.County, r.Kind)
	if err != nil {
		return r, err
	}
	if open, err := undecided(s, pairs); err != nil {
		return r, err
	} else if open > 0 && !accepts.Undecided {
		return r, domain.ErrDoublesOpen.With("pairs", strconv.Itoa(open))
	}
	homes, err := a.roundHomes(s, r.County, r.HomeIDs, nil)
	if err != nil {
		return r, err
	}
	today := a.today()
	r.ID, r.OpenedOn = a.NewID(), today
	if r.PublicUntil, err = a.publicUntil(r.County, today); err != nil {
		return r, err
	}
	var ranked []domain.Standing
	if r.Kind.Listed() {
		var sc domain.Scoring
		if sc, ranked, err = a.rank(s, r.County, r.Kind); err != nil {
			return r, err
		}
		if n := sc.Unseen(ranked); n > 0 && !accepts.Declared {
			return r, domain.ErrPriorityOpen.With("cases", strconv.Itoa(n))
		}
	}
	r, entries, err := domain.OpenRound(r, homes, ranked, allocate.NewTicket)
	if err != nil {
		return r, err
	}
	if err := s.SaveRound(ctx, r, domain.RoundOpened{RoundID: r.ID, Kind: r.Kind, Places: len(homes), Headcount: len(entries), Root: r.Root}); err != nil {
		return r, err
	}
	return r, s.SaveEntries(entries...)
}
