package app

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// GuardianForm is a guardian as an officer enters one.
type GuardianForm struct{ Child, Worker, Kind, Paper, From, Until string }

// AddGuardian enters a guardian beside those that there are. Each of these is told,
// and may agree or object; who is the only one begins at once.
func (a *App) AddGuardian(ctx context.Context, s Store, f GuardianForm) (g domain.Guardian, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return g, err
	}
	c, child, err := a.lockedCircle(s, f.Child)
	if err != nil {
		return g, err
	}
	if err := a.officerOf(p, child.County); err != nil {
		return g, err
	}
	for _, id := range c.IDs {
		if grown, err := s.Took(id, domain.StepGrown); err != nil {
			return g, err
		} else if grown {
			return g, domain.ErrGuardianGrown
		}
	}
	if err := living(s, f.Worker); err != nil {
		return g, err
	}
	today := clock.Today(a.Clock)
	g = domain.Guardian{ID: a.NewID(), Child: f.Child, Worker: f.Worker, Kind: f.Kind, Paper: f.Paper, County: child.County, Officer: p.Subject, MadeAt: a.Clock.Now()}
	if g.Person, err = s.Person(f.Worker); err != nil {
		return g, err
	}
	if g.From, err = optionalDate(f.From); err != nil {
		return g, err
	}
	if g.Until, err = optionalDate(f.Until); err != nil {
		return g, err
	}
	if g, err = g.Check(today); err != nil {
		return g, err
	}
	for _, o := range c.Guardians {
		if o.Stands() && o.Person == g.Person {
			return g, domain.ErrGuardianTwice
		}
	}
	days, err := a.days("RG-GUARD-OBJECT", today, child.County)
	if err != nil {
		return g, err
	}
	asked := c.Acting(today)
	g, events := g.Add(len(asked) > 0, today.AddDays(days))
	if err := s.SaveGuardian(ctx, g, events...); err != nil {
		return g, err
	}
	if err := a.logCircle(s, p, c, g.ID, "", "", kindChild); err != nil {
		return g, err
	}
	if len(asked) == 0 {
		return g, nil
	}
	if err := s.AskAt(ctx, g.ID, g.AnswerBy); err != nil {
		return g, err
	}
	return g, a.tellAll(ctx, s, asked, toldOfGuardian, g.ID)
}

// living returns an error where somebody can be no guardian: not registered, or
// recorded as dead.
func living(s Store, worker string) error {
	if err := guardian(s.SharedWorker(worker)); err != nil {
		return err
	}
	if died, err := s.Died(worker); err != nil {
		return err
	} else if died {
		return domain.ErrGuardianDied
	}
	return nil
}

// lockedCircle reads a child's guardians with the child locked.
func (a *App) lockedCircle(s Store, id string) (c domain.Circle, child domain.Child, err error) {
	ids, err := s.ChildIDs(id)
	if err != nil {
		return c, child, err
	}
	if child, err = s.LockChild(ids[0]); err != nil {
		return c, child, err
	}
	c, err = a.circle(s, id)
	return c, child, err
}

// tellAll tells guardians something about a matter; of no county, which may be
// hidden from one of them. Their records are locked in one order.
func (a *App) tellAll(ctx context.Context, s Store, all []domain.Guardian, template, about string) error {
	inOrder := slices.SortedStableFunc(slices.Values(all), func(x, y domain.Guardian) int {
		return strings.Compare(cmp.Or(x.Person, x.Worker), cmp.Or(y.Person, y.Worker))
	})
	for _, g := range inOrder {
		if err := a.Tell(ctx, s, domain.Message{ID: a.NewID(), Worker: g.Worker, Template: template, About: about, AboutService: service}); err != nil {
			return err
		}
	}
	return nil
}

func optionalDate(s string) (d clock.Date, err error) {
	if s == "" {
		return d, nil
	}
	return clock.ParseDate(s)
}
