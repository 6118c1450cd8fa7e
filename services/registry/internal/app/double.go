package app

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/qiao-platform/qiao/pkg/clock"
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
	Workers   []domain.Worker
	Children  []domain.Child
	Families  map[string]domain.Family // of the children
	Guardians map[string]domain.Worker
}

// withFamilies loads who may act for the children.
func (c compared) withFamilies(s Store) (compared, error) {
	ids := make([]string, len(c.Children))
	for i, child := range c.Children {
		ids[i] = child.ID
	}
	var err error
	if c.Families, err = s.FamiliesOf(ids); err != nil {
		return c, err
	}
	var people []string
	for _, f := range c.Families {
		people = append(people, f.Guardians...)
	}
	slices.Sort(people)
	c.Guardians, err = s.PeekAccounts(slices.Compact(people))
	return c, err
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
	if err != nil {
		return c, err
	}
	return c.withFamilies(s)
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
	return c.withFamilies(s)
}

// compare opens what was loaded, compares it and forgets it: only references and
// grounds are left.
func (a *App) compare(ctx context.Context, c compared) ([]domain.Likely, error) {
	var people []domain.Applicant
	phones := map[string]string{}
	of := map[string][]string{}
	for _, child := range c.Children {
		of[child.Guardian] = append(of[child.Guardian], child.ID)
	}
	for _, w := range c.Workers {
		p, err := a.openWorker(ctx, w)
		if errors.Is(err, domain.ErrWorkerClosed) {
			continue
		}
		if err != nil {
			return nil, err
		}
		phones[w.ID] = p.Contact.Phone.Reveal()
		people = append(people, domain.Applicant{Likened: domain.Likening(w.ID, p, a.Spell), Children: of[w.ID]})
	}
	for _, g := range c.Guardians {
		if _, opened := phones[g.ID]; opened || g.Open() != nil {
			continue
		}
		p, err := a.openWorker(ctx, g)
		if err != nil && !errors.Is(err, domain.ErrWorkerClosed) {
			return nil, err
		}
		if err == nil {
			phones[g.ID] = p.Contact.Phone.Reveal()
		}
	}
	var opened []domain.Opened
	for _, child := range c.Children {
		m, err := a.openChild(ctx, child)
		if errors.Is(err, domain.ErrWorkerClosed) {
			continue
		}
		if err != nil {
			return nil, err
		}
		f := c.Families[child.ID]
		o := domain.Opened{ID: child.ID, Remains: f.Remains, Name: a.Spell(m.Name.Reveal()), Birth: m.BirthDate, Guardians: f.Guardians}
		for _, g := range f.Guardians {
			if phone := phones[g]; phone != "" {
				o.Phones = append(o.Phones, phone)
			}
		}
		opened = append(opened, o)
	}
	children := domain.LikelyDoubles(opened)
	if c.Workers == nil {
		return children, nil
	}
	return domain.LikelyHouseholds(people, children), nil
}

// logCompared writes to the log of each whom the pairs name that a department
// learned of it; of a child, to those of its guardians as any look at it. Nothing is
// written for the others: of them it learned nothing.
func (a *App) logCompared(ctx context.Context, s Store, c compared, likely []domain.Likely, caseID string) error {
	p, err := a.reader(ctx, caseID)
	if err != nil {
		return err
	}
	named := map[string]bool{}
	for _, l := range likely {
		named[l.First], named[l.Second] = true, true
	}
	at := map[string]domain.Child{}
	for _, child := range c.Children {
		at[child.ID] = child
	}
	logged, today := map[string]bool{}, clock.Today(a.Clock) // by person
	for _, id := range slices.Sorted(maps.Keys(named)) {     // locks are taken in one order
		if _, child := at[id]; !child {
			if err := a.logRead(s, p, id, caseID, kindCompared); err != nil {
				return err
			}
			continue
		}
		circle, err := a.circle(s, id)
		if err != nil {
			return err
		}
		acting := circle.Acting(today)
		if len(acting) == 0 {
			if err := a.logUnguarded(s, p, at[id], circle, caseID, kindCompared); err != nil {
				return err
			}
		}
		for _, g := range acting {
			if logged[g.Person] || len(circle.HiddenFrom(g.Person)) > 0 {
				continue
			}
			logged[g.Person] = true
			on := caseID
			if len(acting) > 1 { // whose case it is, is not known here
				on = ""
			}
			if err := a.logRead(s, p, g.Worker, on, kindCompared); err != nil {
				return err
			}
		}
	}
	return nil
}
