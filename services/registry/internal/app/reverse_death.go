package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// toldOfReversal is the template of the message that tells who lives that everything
// is as it was.
const toldOfReversal = "registry.death.reversed"

// FindDeath finds the cases about the person whose document an officer has before him,
// in whichever county: who was struck off appears where he lives. There are several
// where records that were joined since had one each. It is written down as any
// look-up; the caller commits before it answers, whatever the answer is.
func (a *App) FindDeath(ctx context.Context, s Store, shown ident.DocumentForm) (ids []string, answer, err error) {
	p, err := a.reader(ctx, "")
	if err != nil {
		return nil, nil, err
	}
	document, err := domain.ParseNumber(shown, clock.Today(a.Clock))
	if err != nil {
		return nil, nil, err
	}
	if err := a.logLookup(s, p, ""); err != nil {
		return nil, nil, err
	}
	w, _, found, err := findByDocument(s, a.documentIndex(document))
	if err != nil {
		return nil, nil, err
	}
	if !found {
		return nil, domain.ErrDeathNone, nil
	}
	if err := a.logRead(s, p, w.ID, "", kindRegistered); err != nil {
		return nil, nil, err
	}
	all, err := s.DeathCasesOf(w.ID)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range all {
		if c.Stands() {
			ids = append(ids, c.ID)
		}
	}
	if len(ids) == 0 {
		return nil, domain.ErrDeathNone, nil
	}
	return ids, nil, nil
}

// ReverseDeath takes back at once what cases recorded, or the cases themselves where
// they wait, by the word of the officer before whom the person stands with a document.
// FindDeath found them by it. A second officer looks at it afterwards.
func (a *App) ReverseDeath(ctx context.Context, s Store, ids []string, shown string) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	if err := s.LockLife(ids...); err != nil {
		return err
	}
	var first domain.DeathCase
	for _, id := range ids {
		c, err := a.reverseDeath(ctx, s, p, id, shown)
		if err != nil {
			return err
		}
		if first.ID == "" {
			first = c
		}
	}
	w, err := s.Worker(first.Worker)
	if err != nil {
		return err
	}
	return a.Tell(ctx, s, domain.Message{ID: a.NewID(), Worker: w.ID, Division: w.County, Template: toldOfReversal, About: first.ID, AboutService: service})
}

func (a *App) reverseDeath(ctx context.Context, s Store, p auth.Principal, id, shown string) (domain.DeathCase, error) {
	c, err := s.DeathCase(id)
	if err != nil {
		return c, err
	}
	if err := lockParts(s, c.Worker); err != nil {
		return c, err
	}
	if _, err := s.Worker(c.Worker); err != nil {
		return c, err
	}
	c, events, err := c.Reverse(p.Subject, shown, a.Clock.Now())
	if err != nil {
		return c, err
	}
	if err := s.SaveDeathCase(ctx, c, events...); err != nil || len(events) == 0 {
		return c, err
	}
	if err := s.ReverseDeath(ctx, c); err != nil {
		return c, err
	}
	if err := heirsEnd(s, c.Worker); err != nil {
		return c, err
	}
	return c, a.guardianLives(ctx, s, c.Worker)
}

// ConfirmReversal is a second officer's look at a reversal, in the person's county.
// Where it was wrong, a case is opened anew from the paper.
func (a *App) ConfirmReversal(ctx context.Context, s Store, id string) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	c, v, err := readableDeath(s, p, id)
	if err != nil {
		return err
	}
	if !v.Knows {
		return domain.ErrDeathOwn
	}
	if c, err = c.Confirm(p.Subject, a.Clock.Now()); err != nil {
		return err
	}
	if err := a.logRead(s, p, c.Worker, c.ID, kindRegistered); err != nil {
		return err
	}
	return s.SaveDeathCase(ctx, c)
}
