package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// DecideDeath ends a case by the word of a second officer, of the county where the
// person is registered. What is recorded stops what is sent and what is done in the
// person's name, with every department by one event; it ends nothing.
func (a *App) DecideDeath(ctx context.Context, s Store, id string, approve bool, refusal string) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	if err := s.LockLife(id); err != nil {
		return err
	}
	c, v, err := readableDeath(s, p, id)
	if err != nil {
		return err
	}
	if !v.Knows {
		return domain.ErrDeathOwn // who opened it knows of it
	}
	if err := lockParts(s, c.Worker); err != nil {
		return err
	}
	w, err := s.Worker(c.Worker) // what is told to the person comes before it or after it
	if err != nil {
		return err
	}
	if approve && c.State == domain.CaseOpen {
		// Of the same person, by a record that was joined with this one since.
		if died, err := s.Died(c.Worker); err != nil {
			return err
		} else if died {
			return domain.ErrDeathStands
		}
	}
	c, events, err := c.Decide(p.Subject, approve, refusal, a.Clock.Now())
	if err != nil {
		return err
	}
	if err := a.logRead(s, p, w.ID, c.ID, kindRegistered); err != nil {
		return err
	}
	if err := s.SaveDeathCase(ctx, c, events...); err != nil || c.State != domain.CaseApplied {
		return err
	}
	if err := s.RecordDeath(c); err != nil {
		return err
	}
	return a.guardianDied(ctx, s, c.Worker)
}

// ObjectDeath takes the person's word against a case that waits.
func (a *App) ObjectDeath(ctx context.Context, s Store, id string) error {
	c, err := s.DeathCase(id)
	if err != nil {
		return err
	}
	if himself(ctx, c.Worker) != nil {
		return domain.ErrDeathUnknown // whether there is one is nobody else's business
	}
	if c, err = c.Object(a.Clock.Now()); err != nil {
		return err
	}
	return s.SaveDeathCase(ctx, c)
}
