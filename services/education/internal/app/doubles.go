package app

import (
	"context"
	"errors"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// mostChildren bounds how many children the registry is asked about at once.
const mostChildren = 20_000

// Likely is two children who may be one, as the registry says it.
type Likely struct {
	First, Second string // children
	Grounds       []string
}

// ChildrenOf lists the children of a round, and the application of each, for an
// officer of its county who is about to ask for likely doubles.
func (a *App) ChildrenOf(ctx context.Context, s Store, roundID string) (map[string]string, error) {
	r, err := s.PeekRound(roundID)
	if err != nil {
		return nil, err
	}
	if err := covers(ctx, r.County); err != nil {
		return nil, err
	}
	if r.State != domain.RoundIsOpen && r.State != domain.RoundIsClosed {
		return nil, domain.ErrRoundState.With("state", string(r.State))
	}
	entries, err := s.Entries(roundID)
	if err != nil {
		return nil, err
	}
	if len(entries) > mostChildren {
		return nil, domain.ErrDoublesMany
	}
	of := make(map[string]string, len(entries))
	for _, e := range entries {
		application, err := s.PeekApplication(e.ApplicationID)
		if err != nil {
			return nil, err
		}
		if application.State != domain.Withdrawn {
			of[application.ChildID] = application.ID
		}
	}
	return of, nil
}

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

// ListDoubles lists a round's pairs, those that wait first.
func (a *App) ListDoubles(ctx context.Context, s Store, roundID string) ([]domain.Double, error) {
	r, err := s.PeekRound(roundID)
	if err != nil {
		return nil, err
	}
	if err := covers(ctx, r.County); err != nil {
		return nil, err
	}
	return s.Doubles(roundID)
}

// DecideDouble takes an officer's word on a pair. Where they are one child, the
// application that goes is withdrawn; both guardians are told.
func (a *App) DecideDouble(ctx context.Context, s Store, doubleID, outcome, withdrawn, why string) error {
	seen, err := s.PeekDouble(doubleID)
	if err != nil {
		return err
	}
	p, r, err := round(ctx, s, seen.RoundID)
	if err = auth.Hide(err, domain.ErrDoubleUnknown); err != nil {
		return err
	}
	d, err := s.Double(doubleID)
	if err != nil {
		return err
	}
	if d, err = d.Decide(r, outcome, withdrawn, why, p.Subject, a.Clock.Now()); err != nil {
		return err
	}
	for _, id := range []string{d.First, d.Second} { // the lesser id first, as they are locked
		application, err := s.Application(id)
		if err != nil {
			return err
		}
		e, err := s.Entry(d.RoundID, id)
		if err != nil && !errors.Is(err, domain.ErrEntryUnknown) {
			return err
		}
		if err == nil {
			if err := s.SaveEntry(ctx, e, d.Told(id)...); err != nil {
				return err
			}
		}
		if id == d.Withdrawn && application.State != domain.Withdrawn {
			if err := withdraw(ctx, s, application); err != nil {
				return err
			}
		}
	}
	return s.SaveDouble(ctx, d)
}
