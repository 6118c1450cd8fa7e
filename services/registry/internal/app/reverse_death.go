package app

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// toldOfReversal is the template of the message that tells who lives that everything
// is as it was.
const toldOfReversal = "registry.death.reversed"

// FindDeath finds the case about the person whose document an officer has before him,
// in whichever county: who was struck off appears where he lives. It is written down
// as any look-up; the caller commits before it answers, whatever the answer is.
func (a *App) FindDeath(ctx context.Context, s Store, number string) (id string, answer, err error) {
	p, err := a.reader(ctx, "")
	if err != nil {
		return "", nil, err
	}
	document, err := domain.ParseNumber(ident.DocumentForm{Number: number}, clock.Today(a.Clock))
	if err != nil {
		return "", nil, err
	}
	if err := a.logLookup(s, p, ""); err != nil {
		return "", nil, err
	}
	w, _, found, err := findByDocument(s, a.documentIndex(document))
	if err != nil {
		return "", nil, err
	}
	if !found {
		return "", domain.ErrDeathNone, nil
	}
	if err := a.logRead(s, p, w.ID, "", kindRegistered); err != nil {
		return "", nil, err
	}
	all, err := s.DeathCasesOf(w.ID)
	if err != nil {
		return "", nil, err
	}
	at := slices.IndexFunc(all, domain.DeathCase.Stands)
	if at < 0 {
		return "", domain.ErrDeathNone, nil
	}
	return all[at].ID, nil, nil
}

// ReverseDeath takes back at once what a case recorded, or the case itself where it
// waits, by the word of the officer before whom the person stands with a document.
// FindDeath found the case by it. A second officer looks at it afterwards.
func (a *App) ReverseDeath(ctx context.Context, s Store, id, shown string) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	c, err := s.DeathCase(id)
	if err != nil {
		return err
	}
	w, err := s.Worker(c.Worker)
	if err != nil {
		return err
	}
	c, events, err := c.Reverse(p.Subject, shown, a.Clock.Now())
	if err != nil {
		return err
	}
	if err := s.SaveDeathCase(ctx, c, events...); err != nil {
		return err
	}
	if len(events) > 0 {
		if err := s.ReverseDeath(ctx, c); err != nil {
			return err
		}
		if err := a.guardianLives(ctx, s, c.Worker); err != nil {
			return err
		}
	}
	return a.Tell(ctx, s, domain.Message{ID: a.NewID(), Worker: w.ID, Division: w.County, Template: toldOfReversal, About: c.ID, AboutService: service})
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
