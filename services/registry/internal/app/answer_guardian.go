package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// AnswerGuardian takes a guardian's own word on one who is to be added. Nobody else
// gives it for him.
func (a *App) AnswerGuardian(ctx context.Context, s Store, id string, agree bool) (string, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return "", err
	}
	seen, err := s.PeekGuardian(id)
	if err != nil {
		return "", err
	}
	c, child, err := a.lockedCircle(s, seen.Child)
	if err != nil {
		return "", err
	}
	me, err := a.guards(c, p)
	person, failed := s.Person(seen.Worker)
	if failed != nil {
		return "", failed
	}
	if err != nil || !p.ActsHimself(me.Worker) || me.Person == person {
		return "", domain.ErrGuardianNone
	}
	g, err := s.Guardian(id)
	if err != nil {
		return "", err
	}
	g.Person = person
	today := clock.Today(a.Clock)
	days, err := a.days("RG-GUARD-HEAR", today, child.County)
	if err != nil {
		return "", err
	}
	died, err := s.Died(g.Worker)
	if err != nil {
		return "", err
	}
	g, events, err := g.Answer(agree, !died && c.Alone(me, g, today), me.Worker, today.AddDays(days), today)
	if err != nil {
		return "", err
	}
	if err := s.SaveWord(g.Word(a.NewID(), me.Worker, agree, a.Clock.Now())); err != nil {
		return "", err
	}
	if err := s.SaveGuardian(ctx, g, events...); err != nil || g.State != domain.GuardianDisputed {
		return g.State, err
	}
	return g.State, a.tellAll(ctx, s, append(c.Acting(today), g), toldOfDispute, g.ID)
}

// SilentGuardian adds a guardian to whom nobody objected in time.
func (a *App) SilentGuardian(ctx context.Context, s Store, id string) error {
	g, err := s.Guardian(id)
	if errors.Is(err, domain.ErrGuardianNone) { // it went with the child
		return nil
	}
	if err != nil {
		return err
	}
	died, err := s.Died(g.Worker)
	if err != nil || died { // it waits: a reversal asks anew
		return err
	}
	g, events := g.Silent(clock.Today(a.Clock))
	if len(events) == 0 {
		return nil
	}
	return s.SaveGuardian(ctx, g, events...)
}

// HearGuardian notes that one of two who disagree was heard.
func (a *App) HearGuardian(ctx context.Context, s Store, id, side string) error {
	g, _, _, err := a.disputed(ctx, s, id)
	if err != nil {
		return err
	}
	if g, err = g.Hear(side, a.Clock.Now()); err != nil {
		return err
	}
	return s.SaveGuardian(ctx, g)
}

// DecideGuardian ends a disagreement by an officer's word. Both are told.
func (a *App) DecideGuardian(ctx context.Context, s Store, id string, approve bool) error {
	g, p, c, err := a.disputed(ctx, s, id)
	if err != nil {
		return err
	}
	today := clock.Today(a.Clock)
	asked := append(c.Acting(today), g)
	if died, err := s.Died(g.Worker); err != nil {
		return err
	} else if died && approve {
		return domain.ErrGuardianDied
	}
	g, events, err := g.Decide(p.Subject, approve, today)
	if err != nil {
		return err
	}
	if err := s.SaveGuardian(ctx, g, events...); err != nil {
		return err
	}
	return a.tellAll(ctx, s, asked, toldOfDecision, g.ID)
}

// disputed loads a guardian for an officer of the child's county.
func (a *App) disputed(ctx context.Context, s Store, id string) (g domain.Guardian, p auth.Principal, c domain.Circle, err error) {
	if p, err = auth.FromContext(ctx); err != nil {
		return g, p, c, err
	}
	seen, err := s.PeekGuardian(id)
	if err != nil {
		return g, p, c, err
	}
	if a.officerOf(p, seen.County) != nil {
		return g, p, c, domain.ErrGuardianNone
	}
	if c, _, err = a.lockedCircle(s, seen.Child); err != nil {
		return g, p, c, err
	}
	g, err = s.Guardian(id)
	return g, p, c, err
}
