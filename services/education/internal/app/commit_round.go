package app

import (
	"context"
	"strconv"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// CommitRound fixes a round's list. Where the registry was not asked for likely
// doubles since the round was closed, it is asked before.
func (a *App) CommitRound(ctx context.Context, once Once[Committed], roundID string, acceptUndecided bool) (Committed, error) {
	if err := a.findDoubles(ctx, roundID); err != nil {
		return Committed{}, err
	}
	return once(ctx, func(s Store) (Committed, error) {
		r, err := a.commitRound(ctx, s, roundID, acceptUndecided)
		return Committed{Root: r.Root, Entries: r.Entries}, err
	})
}

// Committed is a list that was fixed.
type Committed struct {
	Root    string
	Entries int
}

// commitRound works out each child's classes from what is known now, fixes the
// list and publishes its root. Entries that may be one child are decided on
// first, unless the officer says that they stay.
func (a *App) commitRound(ctx context.Context, s Store, roundID string, acceptUndecided bool) (domain.Round, error) {
	p, r, err := round(ctx, s, roundID)
	if err != nil {
		return r, err
	}
	if r.State != domain.RoundIsClosed {
		return r, domain.ErrRoundState.With("state", string(r.State))
	}
	pairs, err := s.Doubles(roundID)
	if err != nil {
		return r, err
	}
	if open, err := a.undecided(s, pairs); err != nil {
		return r, err
	} else if open > 0 && !acceptUndecided {
		return r, domain.ErrDoublesOpen.With("pairs", strconv.Itoa(open))
	}
	if err := s.DropSettled(roundID); err != nil {
		return r, err
	}
	schools, err := s.Seated(roundID)
	if err != nil {
		return r, err
	}
	entries, err := s.Entries(roundID)
	if err != nil {
		return r, err
	}
	for i, e := range entries {
		if entries[i], err = a.classify(s, e, schools); err != nil {
			return r, err
		}
	}
	r, events, err := r.Commit(schools, entries, p.Subject, clock.Today(a.Clock))
	if err != nil {
		return r, err
	}
	for _, e := range entries {
		if err := s.SaveEntry(ctx, e); err != nil {
			return r, err
		}
	}
	return r, s.SaveRound(ctx, r, events...)
}

// classify works out an entry's classes from what is known of the family today.
func (a *App) classify(s Store, e domain.Entry, schools []domain.Seated) (domain.Entry, error) {
	application, err := s.PeekApplication(e.ApplicationID)
	if err != nil {
		return e, err
	}
	k := domain.Known{Township: e.Township}
	if k.Proofs, err = s.Proofs(e.ApplicationID, clock.Today(a.Clock)); err != nil {
		return e, err
	}
	if k.Siblings, err = s.Siblings(application.Worker, application.ChildID); err != nil {
		return e, err
	}
	if k.Attended, err = s.Attended(application.ChildID, application.Stage); err != nil {
		return e, err
	}
	today := clock.Today(a.Clock)
	var rules domain.Priority
	if rules.Order, err = a.Rules.Rule("ED-PRIORITY", today, application.County); err != nil {
		return e, err
	}
	if rules.Newcomer, err = a.Rules.Rule("ED-NEWCOMER", today, application.County); err != nil {
		return e, err
	}
	return rules.Classify(e, schools, k, today)
}
