package app

import (
	"context"
	"errors"
	"slices"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// lockParts locks the children of whom a person is a guardian, and then the parts. It
// comes before the person's record: who decides about a child locks the child, then
// who is its guardian, and then asks for the records of those who are told.
func lockParts(s Store, worker string) error {
	parts, err := s.GuardianRows(worker)
	if err != nil {
		return err
	}
	var all []string
	for _, g := range parts {
		ids, err := s.ChildIDs(g.Child)
		if err != nil {
			return err
		}
		all = append(all, ids[0])
	}
	slices.Sort(all)
	for _, id := range slices.Compact(all) {
		if _, err := s.LockChild(id); err != nil && !errors.Is(err, domain.ErrChildUnknown) {
			return err
		}
	}
	for _, g := range parts {
		if _, err := s.Guardian(g.ID); err != nil {
			return err
		}
	}
	return nil
}

// guardianDied ends what a person was guardian of, whose death two officers
// recorded. What is under way for the children goes over to those who remain. Who is
// only asked for is left as it is: it waits for a reversal.
func (a *App) guardianDied(ctx context.Context, s Store, worker string) error {
	return a.eachPart(ctx, s, worker, func(g domain.Guardian) (domain.Guardian, []domain.Event) {
		return g.Dies(clock.Today(a.Clock))
	})
}

// guardianCloses ends what one record of a person was guardian of.
func (a *App) guardianCloses(ctx context.Context, s Store, worker string) error {
	return a.eachPart(ctx, s, worker, func(g domain.Guardian) (domain.Guardian, []domain.Event) {
		if g.Worker != worker { // another record of the person, which stays
			return g, nil
		}
		return g.End(domain.EndAccountClosed, clock.Today(a.Clock))
	})
}

// guardianLives brings back what ended with a death that is reversed, but not for a
// child who has grown up in between; and where the others were to answer meanwhile,
// they are asked again.
func (a *App) guardianLives(ctx context.Context, s Store, worker string) error {
	parts, err := s.GuardianRows(worker)
	if err != nil {
		return err
	}
	today := clock.Today(a.Clock)
	for _, seen := range parts {
		c, err := a.circle(s, seen.Child)
		if err != nil {
			return err
		}
		child, err := s.PeekChild(c.IDs[0])
		if err != nil {
			return err
		}
		g, err := s.Guardian(seen.ID)
		if err != nil {
			return err
		}
		grown, err := s.Took(g.Child, domain.StepGrown)
		if err != nil {
			return err
		}
		changed, events := g, []domain.Event(nil)
		switch {
		case grown && g.Kind == domain.KindSelf && g.State == domain.GuardianAsked:
			changed, events = g.GrowsUp()
		case !grown || g.Kind == domain.KindSelf:
			changed, events = g.Lives()
		case g.Dead():
			changed, events = g.End(domain.EndGrownUp, today)
		}
		days, err := a.days("RG-GUARD-OBJECT", today, child.County)
		if err != nil {
			return err
		}
		changed, again := changed.AskAgain(today.AddDays(days), today)
		if changed == g {
			continue
		}
		if err := s.SaveGuardian(ctx, changed, events...); err != nil {
			return err
		}
		if !again {
			continue
		}
		if err := s.AskAt(ctx, g.ID, changed.AnswerBy); err != nil {
			return err
		}
		if err := a.tellAll(ctx, s, c.Acting(today), toldOfGuardian, g.ID); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) eachPart(ctx context.Context, s Store, worker string, change func(domain.Guardian) (domain.Guardian, []domain.Event)) error {
	parts, err := s.GuardianRows(worker)
	if err != nil {
		return err
	}
	for _, seen := range parts {
		g, err := s.Guardian(seen.ID)
		if err != nil {
			return err
		}
		changed, events := change(g)
		if changed.State == g.State && changed.EndReason == g.EndReason {
			continue
		}
		if err := s.SaveGuardian(ctx, changed, events...); err != nil {
			return err
		}
	}
	return nil
}
