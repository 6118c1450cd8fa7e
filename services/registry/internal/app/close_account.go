package app

import (
	"context"
	"errors"
	"slices"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// CloseAccount ends an account on the worker's own word, without an officer:
// what was agreed is withdrawn, what was held is removed, and the keys of the
// worker and of linked children are destroyed, so that no copy opens any more. It
// is one word of the person, so every record that stands for the person ends.
func (a *App) CloseAccount(ctx context.Context, s Store, worker string) error {
	if err := himself(ctx, worker); err != nil {
		return err
	}
	if err := s.LockJoins(); err != nil {
		return err
	}
	all, err := references(s, worker)
	if err != nil {
		return err
	}
	slices.Reverse(all) // from the aliases to the record that answers, as locks go
	return a.closeRecords(ctx, s, all)
}

// CloseErased closes a record again whose key was erased, where a restored
// backup holds it open: the word was given once, and for this one. What is no open
// account, a child's key say, is left as it is.
func (a *App) CloseErased(ctx context.Context, s Store, owner string) error {
	if err := s.LockJoins(); err != nil {
		return err
	}
	err := a.closeRecords(ctx, s, []string{owner})
	if errors.Is(err, domain.ErrWorkerUnknown) || errors.Is(err, domain.ErrWorkerClosed) {
		return nil
	}
	return err
}

func (a *App) closeRecords(ctx context.Context, s Store, workers []string) error {
	if err := lockRecords(s, workers); err != nil {
		return err
	}
	return a.endRecords(ctx, s, workers)
}

// lockRecords locks accounts, from the aliases to the record that answers, and whatever
// goes with them.
func lockRecords(s Store, workers []string) error {
	if err := s.LockCases(workers); err != nil {
		return err
	}
	if err := lockParts(s, workers[0]); err != nil {
		return err
	}
	for _, worker := range workers { // all, before any is emptied: who compares one with others has it locked
		if _, err := s.Account(worker); err != nil {
			return err
		}
	}
	return s.LockNewCases(workers)
}

// endRecords closes accounts that are locked, with whatever goes with them.
func (a *App) endRecords(ctx context.Context, s Store, workers []string) error {
	cases, err := s.JoinCasesOf(workers)
	if err != nil {
		return err
	}
	for _, c := range cases { // the other person is told, before what would have others wait
		if c.State != domain.CaseOpen {
			continue
		}
		if err := a.saveEnded(ctx, s, c.End()); err != nil {
			return err
		}
	}
	for _, worker := range workers {
		if err := a.closeRecord(ctx, s, worker); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) closeRecord(ctx context.Context, s Store, worker string) error {
	w, err := s.Account(worker)
	if err != nil {
		return err
	}
	w, events, err := w.Close(clock.Today(a.Clock))
	if err != nil {
		return err
	}
	consents, err := s.Consents(worker)
	if err != nil {
		return err
	}
	for _, c := range consents {
		if !c.Standing() || c.Worker != worker {
			continue
		}
		c, withdrawn, err := c.Withdraw(a.Clock.Now())
		if err != nil {
			return err
		}
		if err := s.SaveConsent(ctx, c, withdrawn...); err != nil {
			return err
		}
	}
	owners, err := a.leftAlone(s, worker)
	if err != nil {
		return err
	}
	if err := a.guardianCloses(ctx, s, worker); err != nil {
		return err
	}
	if err := s.SaveWorker(ctx, w, events...); err != nil {
		return err
	}
	return s.Forget(ctx, worker, append(owners, worker))
}

// leftAlone are the references of children who have no other guardian than a record
// of a worker, and are to have none: they are linked to nobody any more and go with
// it. Who is asked for may become one, and a death is reversed.
func (a *App) leftAlone(s Store, worker string) (ids []string, err error) {
	parts, err := s.GuardianRows(worker)
	if err != nil {
		return nil, err
	}
	today := clock.Today(a.Clock)
	for _, own := range parts {
		if own.Worker != worker || !own.Acts(today) {
			continue
		}
		c, err := a.circle(s, own.Child)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(c.Guardians, func(g domain.Guardian) bool { return g.Worker != worker && (g.Stands() && !g.Over(today) || g.Dead()) }) {
			ids = append(ids, c.IDs...)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}
