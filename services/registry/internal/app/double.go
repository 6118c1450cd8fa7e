package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// mostCompared bounds how many are compared at once: more than a county's round
// has entries.
const mostCompared = 20_000

// LikelyDoubles tells which of some children may be one. It is logged for the
// guardians of those.
func (a *App) LikelyDoubles(ctx context.Context, children []string, caseID string) ([]domain.Likely, error) {
	return a.compareLoaded(ctx, caseID, func(s Store) (compared, error) { return a.childrenToCompare(ctx, s, children, caseID) })
}

// LikelyHouseholds tells which of some workers may be one household, or one
// person. It is logged for those.
func (a *App) LikelyHouseholds(ctx context.Context, workers []string, caseID string) ([]domain.Likely, error) {
	return a.compareLoaded(ctx, caseID, func(s Store) (compared, error) { return a.workersToCompare(ctx, s, workers, caseID) })
}

// compareLoaded loads, opens outside of any transaction, and logs before it answers.
func (a *App) compareLoaded(ctx context.Context, caseID string, load func(Store) (compared, error)) ([]domain.Likely, error) {
	var c compared
	err := a.Data.View(ctx, func(s Store) (err error) {
		c, err = load(s)
		return err
	})
	if err != nil {
		return nil, err
	}
	likely, err := a.compare(ctx, c)
	if err != nil || len(likely) == 0 {
		return nil, err
	}
	return likely, a.Data.Change(ctx, func(s Store) error { return a.logCompared(ctx, s, c, likely, caseID) })
}

// compared is what is loaded to be opened and compared.
type compared struct {
	Workers  []domain.Worker
	Children []domain.Child
}

// childrenToCompare loads children that a department may have twice.
func (a *App) childrenToCompare(ctx context.Context, s Store, ids []string, caseID string) (c compared, err error) {
	if _, err := a.reader(ctx, caseID); err != nil {
		return c, err
	}
	if len(ids) > mostCompared {
		return c, domain.ErrTooMany
	}
	children, err := s.PeekChildren(ids)
	for _, id := range ids {
		if child, is := children[id]; is { // not erased since
			c.Children = append(c.Children, child)
		}
	}
	return c, err
}

// workersToCompare loads workers that a department may have twice, with their
// children.
func (a *App) workersToCompare(ctx context.Context, s Store, ids []string, caseID string) (c compared, err error) {
	if _, err := a.reader(ctx, caseID); err != nil {
		return c, err
	}
	if len(ids) > mostCompared {
		return c, domain.ErrTooMany
	}
	accounts, err := s.PeekAccounts(ids)
	if err != nil {
		return c, err
	}
	parents, err := s.ParentsAmong(ids)
	if err != nil {
		return c, err
	}
	brought := map[string]bool{}
	for _, id := range ids {
		w, is := accounts[id]
		if w.JoinedInto != "" {
			if w, err = s.PeekWorker(id); err != nil {
				return c, err
			}
		}
		if !is || w.Open() != nil {
			continue
		}
		c.Workers = append(c.Workers, w)
		if !parents[id] {
			continue
		}
		children, err := s.ChildrenOf(id)
		if err != nil {
			return c, err
		}
		for _, child := range children { // who share a child bring it once
			if !brought[child.ID] {
				brought[child.ID] = true
				c.Children = append(c.Children, child)
			}
		}
	}
	return c, nil
}

// compare opens what was loaded, compares it and forgets it: only references and
// grounds are left.
func (a *App) compare(ctx context.Context, c compared) ([]domain.Likely, error) {
	var opened []domain.Opened
	of := map[string][]string{}
	for _, child := range c.Children {
		m, err := a.openChild(ctx, child)
		if errors.Is(err, domain.ErrWorkerClosed) {
			continue
		}
		if err != nil {
			return nil, err
		}
		opened = append(opened, domain.Opened{ID: child.ID, Guardian: child.Guardian, Minor: m})
		of[child.Guardian] = append(of[child.Guardian], child.ID)
	}
	children := domain.LikelyDoubles(opened)
	if c.Workers == nil {
		return children, nil
	}
	var people []domain.Applicant
	for _, w := range c.Workers {
		p, err := a.openWorker(ctx, w)
		if errors.Is(err, domain.ErrWorkerClosed) {
			continue
		}
		if err != nil {
			return nil, err
		}
		people = append(people, domain.Applicant{Likened: domain.Likening(w.ID, p, a.Spell), Children: of[w.ID]})
	}
	return domain.LikelyHouseholds(people, children), nil
}

// logCompared writes to the log of each whom the pairs name that a department
// learned of it. Nothing is written for the others: of them it learned nothing.
func (a *App) logCompared(ctx context.Context, s Store, c compared, likely []domain.Likely, caseID string) error {
	p, err := a.reader(ctx, caseID)
	if err != nil {
		return err
	}
	guardian := map[string]string{}
	for _, child := range c.Children {
		guardian[child.ID] = child.Guardian
	}
	for _, w := range c.Workers {
		guardian[w.ID] = w.ID
	}
	logged := map[string]bool{}
	for _, l := range likely {
		for _, id := range []string{l.First, l.Second} {
			worker := guardian[id]
			if logged[worker] {
				continue
			}
			logged[worker] = true
			if err := a.logRead(s, p, worker, caseID, kindCompared); err != nil {
				return err
			}
		}
	}
	return nil
}
