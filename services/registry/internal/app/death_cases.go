package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// DeathView is what a reader of a death case may know and do.
type DeathView struct{ Knows, Decides, Confirms bool }

func deathViewOf(p auth.Principal, c domain.DeathCase) DeathView {
	knows := p.CoversDivision(c.County) == nil
	return DeathView{
		Knows:    knows,
		Decides:  p.MayCall("registry.DeathService.DecideDeath", c.County) && c.State == domain.CaseOpen && !ident.SameStaff(c.Officer, p.Subject),
		Confirms: p.MayCall("registry.DeathService.ConfirmReversal", c.County) && c.Unconfirmed() && !ident.SameStaff(c.ReversedBy, p.Subject),
	}
}

// DeathCases lists what waits for an officer of the counties, the officer's own, and
// what is recorded there.
func (a *App) DeathCases(ctx context.Context, s Store) (all []domain.DeathCase, view func(domain.DeathCase) DeathView, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, nil, err
	}
	view = func(c domain.DeathCase) DeathView { return deathViewOf(p, c) }
	counties, ok := p.Counties()
	listed, err := s.DeathCases(counties, p.Subject)
	for _, c := range listed {
		if ok && view(c).Knows || ident.SameStaff(c.Officer, p.Subject) {
			all = append(all, c)
		}
	}
	return all, view, err
}

// readableDeath loads a case for an officer; that there is one of another county is
// told to nobody but who opened it.
func readableDeath(s Store, p auth.Principal, id string) (c domain.DeathCase, v DeathView, err error) {
	if c, err = s.DeathCase(id); err != nil {
		return c, v, err
	}
	if v = deathViewOf(p, c); !v.Knows && !ident.SameStaff(c.Officer, p.Subject) {
		return domain.DeathCase{}, v, domain.ErrDeathUnknown
	}
	return c, v, nil
}

// ShownDeath is a case as an officer sees it; the person is there while there is
// something to decide, or to take back.
type ShownDeath struct {
	Case   domain.DeathCase
	View   DeathView
	Worker domain.Worker
	Person domain.Person
}

// ReadDeathCase shows a case to an officer who works on it, and writes the look to
// the person's log.
func (a *App) ReadDeathCase(ctx context.Context, id string) (c ShownDeath, err error) {
	err = a.Data.Change(ctx, func(s Store) (err error) {
		c, err = a.readDeathCase(ctx, s, id)
		return err
	})
	if err == nil && c.Worker.ID != "" {
		c.Person, err = a.openWorker(ctx, c.Worker)
	}
	return c, err
}

func (a *App) readDeathCase(ctx context.Context, s Store, id string) (c ShownDeath, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return c, err
	}
	if c.Case, c.View, err = readableDeath(s, p, id); err != nil || !c.View.Knows || !c.Case.Stands() && !c.Case.Unconfirmed() {
		return c, err
	}
	w, err := s.Worker(c.Case.Worker)
	if err != nil || w.Open() != nil {
		return c, err
	}
	c.Worker = w
	return c, a.logRead(s, p, w.ID, c.Case.ID, kindName, kindDocument)
}

// OwnDeathCases tells the person what was asked and recorded, and whether the person
// arranged that no relative may ask for the record; and nobody else.
func (a *App) OwnDeathCases(ctx context.Context, s Store, worker string) (all []domain.DeathCase, nobodyMay bool, err error) {
	if err := himself(ctx, worker); err != nil {
		return nil, false, err
	}
	if _, err := s.PeekWorker(worker); err != nil {
		return nil, false, err
	}
	if nobodyMay, err = s.NobodyMay(worker); err != nil {
		return nil, false, err
	}
	all, err = s.DeathCasesOf(worker)
	return all, nobodyMay, err
}
