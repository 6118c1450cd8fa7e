package app

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// ShownCircle is a child's guardians as an officer sees them.
type ShownCircle struct {
	Circle domain.Circle
	Child  domain.Child
	Minor  domain.Minor
	Names  map[string]ident.Name // of the guardians whom a case can be about, by worker
	Today  clock.Date
	Reader auth.Principal
	Words  map[string][]domain.GuardianWord // by who is to be added
}

// Guardians lists a child's guardians to an officer of its county, by name, since he
// hears them and must not take one for another, and writes the look to their logs.
func (a *App) Guardians(ctx context.Context, id, caseID string) (c ShownCircle, err error) {
	p, err := a.reader(ctx, caseID)
	if err != nil {
		return c, err
	}
	c.Today, c.Reader = clock.Today(a.Clock), p
	var people map[string]domain.Worker
	err = a.Data.Change(ctx, func(s Store) (err error) {
		if c.Circle, err = a.circle(s, id); err != nil {
			return err
		}
		if c.Child, err = s.PeekChild(c.Circle.IDs[0]); err != nil {
			return err
		}
		if err := a.officerOf(p, c.Child.County); err != nil {
			return err
		}
		if people, err = a.named(s, p, c, caseID); err != nil {
			return err
		}
		c.Words = map[string][]domain.GuardianWord{}
		for _, g := range c.Circle.Guardians {
			if c.Words[g.ID], err = s.Words(g.ID); err != nil {
				return err
			}
		}
		return a.logCircle(s, p, c.Circle, caseID, "", "", kindChild, kindName)
	})
	if err == nil {
		c.Minor, err = a.openChild(ctx, c.Child)
	}
	c.Names = map[string]ident.Name{}
	for id, w := range people {
		if err != nil {
			break
		}
		var person domain.Person
		person, err = a.openWorker(ctx, w)
		c.Names[id] = person.Name
	}
	return c, err
}

// named loads the guardians of a child whom a case can be about. Who is only asked
// for, and is none of those whose look at the child is logged, reads it in the own log.
func (a *App) named(s Store, p auth.Principal, c ShownCircle, caseID string) (map[string]domain.Worker, error) {
	people := map[string]domain.Worker{}
	for _, g := range c.Circle.Guardians {
		if !g.Stands() && !g.Dead() {
			continue
		}
		w, err := s.PeekWorker(g.Worker)
		if err != nil {
			return nil, err
		}
		if w.Open() != nil { // the name is gone
			continue
		}
		people[g.Worker] = w
		if g.Acts(c.Today) || len(c.Circle.HiddenFrom(g.Person)) > 0 {
			continue
		}
		if err := a.logRead(s, p, g.Worker, caseID, kindName); err != nil {
			return nil, err
		}
	}
	return people, nil
}

// MyChild is a child as its guardian sees it: who the other guardians are, and
// where, is not part of it.
type MyChild struct {
	Child domain.Child
	Minor domain.Minor
	Own   domain.Guardian
	Asked []Asked
}

// Asked is one who is to be added, with the name by which the others know who it is.
type Asked struct {
	domain.Guardian
	Name ident.Name
}

// MyChildren lists a guardian's own children, and who is to be added beside.
func (a *App) MyChildren(ctx context.Context, worker string) (all []MyChild, err error) {
	p, err := actingFor(ctx, worker)
	if err != nil {
		return nil, err
	}
	today := clock.Today(a.Clock)
	people := map[string]domain.Worker{}
	err = a.Data.Change(ctx, func(s Store) error {
		all = nil
		parts, err := s.GuardianRows(worker)
		if err != nil {
			return err
		}
		for _, own := range parts {
			if !own.Acts(today) {
				continue
			}
			c, err := a.circle(s, own.Child)
			if err != nil {
				return err
			}
			m := MyChild{Own: own}
			if m.Child, err = s.PeekChild(own.Child); err != nil {
				return err
			}
			for _, g := range c.Guardians {
				if g.State != domain.GuardianAsked && g.State != domain.GuardianDisputed || g.Kind == domain.KindSelf || p.MayActFor(g.Worker) == nil {
					continue
				}
				if people[g.Worker], err = s.PeekWorker(g.Worker); err != nil {
					return err
				}
				if err := a.logRead(s, p, g.Worker, g.ID, kindName); err != nil {
					return err
				}
				m.Asked = append(m.Asked, Asked{Guardian: g})
			}
			all = append(all, m)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	ages, err := a.ages(today)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Minor, err = a.openChild(ctx, all[i].Child); err != nil {
			return nil, err
		}
		for j, g := range all[i].Asked {
			person, err := a.openWorker(ctx, people[g.Worker])
			if err != nil {
				return nil, err
			}
			all[i].Asked[j].Name = person.Name
		}
	}
	return slices.DeleteFunc(all, func(m MyChild) bool { return m.Own.Kind != domain.KindSelf && ages.Grown(m.Minor.BirthDate, today) }), nil
}

// Matters is what officers have to do about guardians.
type Matters struct {
	Cases     []domain.GuardianCase
	Disputes  []domain.Guardian
	Unguarded []string
	Reader    auth.Principal
	Today     clock.Date
}

// GuardianMatters lists what waits in the officer's counties. It says who nobody is.
func (a *App) GuardianMatters(ctx context.Context, s Store) (m Matters, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return m, err
	}
	counties, ok := p.Counties()
	if err := a.mayQuery(p); err != nil || !ok {
		return m, err
	}
	m.Reader, m.Today = p, clock.Today(a.Clock)
	if m.Cases, err = s.OpenGuardianCases(counties, p.Subject); err != nil {
		return m, err
	}
	if m.Disputes, err = s.Disputes(counties); err != nil {
		return m, err
	}
	m.Unguarded, err = s.Unguarded(counties)
	return m, err
}

// LikeChildren tells which other children of the officer's counties have a child's
// name and birth date, and writes it to the logs of the guardians of those.
func (a *App) LikeChildren(ctx context.Context, id, caseID string) (ids []string, err error) {
	p, err := a.reader(ctx, caseID)
	if err != nil {
		return nil, err
	}
	var c domain.Child
	err = a.Data.View(ctx, func(s Store) (err error) {
		if c, err = s.PeekChild(id); err != nil {
			return err
		}
		return a.officerOf(p, c.County)
	})
	if err != nil {
		return nil, err
	}
	m, err := a.openChild(ctx, c)
	if err != nil {
		return nil, err
	}
	likeness := a.Vault.Index(indexLikeness, m.Likeness())
	err = a.Data.Change(ctx, func(s Store) error {
		ids = nil
		own, err := s.ChildIDs(id)
		if err != nil {
			return err
		}
		like, err := s.LikeChildren(likeness)
		if err != nil {
			return err
		}
		for _, o := range like {
			if slices.Contains(own, o.ID) || p.CoversDivision(o.County) != nil {
				continue
			}
			circle, err := a.circle(s, o.ID)
			if err != nil {
				return err
			}
			if err := a.logCircle(s, p, circle, caseID, "", "", kindCompared); err != nil {
				return err
			}
			ids = append(ids, o.ID)
		}
		return nil
	})
	return ids, err
}
