package app

import (
	"context"
	"errors"
	"slices"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// growPage is how many children are looked at before others have their turn.
const growPage = 200

// GrowUp looks at the children after an id, a page, and returns the last id of it,
// "" at the end. Birth dates are sealed, so that no clock can be set by them: each
// child is opened, once a day, and what it has come to is done once. One of whom that
// fails is told to failed and passed over, so that it is in nobody's way.
func (a *App) GrowUp(ctx context.Context, after string, failed func(child string, err error)) (last string, err error) {
	today := clock.Today(a.Clock)
	ages, err := a.ages(today)
	if err != nil {
		return "", err
	}
	var page []domain.Child
	var ends []string // whose guardian's power ends
	err = a.Data.View(ctx, func(s Store) error {
		if page, err = s.ChildrenAfter(after, growPage); err != nil || len(page) == 0 {
			return err
		}
		ends, err = s.Lapsed(today, after, page[len(page)-1].ID)
		return err
	})
	if err != nil {
		return "", err
	}
	for _, c := range page {
		last = c.ID
		if err := a.lookAt(ctx, c, ages, slices.Contains(ends, c.ID)); err != nil {
			if ctx.Err() != nil {
				return "", err
			}
			failed(c.ID, err)
		}
	}
	if len(page) < growPage {
		last = ""
	}
	return last, nil
}

// lookAt opens a child, and does what it has come to.
func (a *App) lookAt(ctx context.Context, c domain.Child, ages domain.Ages, ends bool) error {
	m, err := a.openChild(ctx, c)
	if errors.Is(err, domain.ErrWorkerClosed) { // erased; its row goes too
		return nil
	}
	if err != nil {
		return err
	}
	steps := ages.Steps(m.BirthDate, clock.Today(a.Clock))
	if len(steps) == 0 && !ends {
		return nil
	}
	return a.Data.Change(ctx, func(s Store) error { return a.growsUp(ctx, s, c.ID, steps) })
}

// growsUp takes the steps that a child has come to, and ends powers whose last day
// is over.
func (a *App) growsUp(ctx context.Context, s Store, id string, steps []string) error {
	today := clock.Today(a.Clock)
	if _, _, err := a.lockedCircle(s, id); err != nil { // the child before its guardians
		return err
	}
	parts, err := s.GuardiansOf(id)
	if err != nil {
		return err
	}
	for _, g := range parts {
		if g, events := g.Lapse(today); len(events) > 0 {
			if err := s.SaveGuardian(ctx, g, events...); err != nil {
				return err
			}
		}
	}
	for _, step := range steps {
		first, err := s.TookStep(id, step)
		if err != nil {
			return err
		}
		if !first {
			continue
		}
		if err := a.step(ctx, s, id, step); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) step(ctx context.Context, s Store, id, step string) error {
	today := clock.Today(a.Clock)
	c, _, err := a.lockedCircle(s, id)
	if err != nil {
		return err
	}
	told := c.Acting(today)
	for _, g := range c.Guardians { // and the child itself, where it has an account
		if g.Kind == domain.KindSelf && g.State == domain.GuardianAsked {
			told = append(told, g)
		}
	}
	switch step {
	case domain.StepWork:
		return a.tellAll(ctx, s, told, toldOfWork, id)
	case domain.StepAdult:
		return a.tellAll(ctx, s, told, toldOfAdult, id)
	}
	for _, g := range c.Guardians {
		if g.Child != id {
			continue
		}
		died, err := s.Died(g.Worker)
		if err != nil {
			return err
		}
		changed, events := g.End(domain.EndGrownUp, today)
		if g.Kind == domain.KindSelf {
			changed, events = g, nil
			if !died { // a reversal has it act
				changed, events = g.GrowsUp()
			}
		}
		if changed.State == g.State && changed.EndReason == g.EndReason {
			continue
		}
		if err := s.SaveGuardian(ctx, changed, events...); err != nil {
			return err
		}
	}
	return nil
}
