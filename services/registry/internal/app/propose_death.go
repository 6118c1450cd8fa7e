package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// toldOfDeathAsked is the template of the message that tells somebody that an officer
// asks to record the own death: who lives objects before anything happens.
const toldOfDeathAsked = "registry.death.asked"

// ProposeDeath opens a case to record a death from a paper that an officer has before
// him. Nothing happens until a second officer decides. Who may not know the person is
// told that there is none; a sheet enters no death.
func (a *App) ProposeDeath(ctx context.Context, s Store, worker, diedOn string, grounds domain.Grounds) (id string, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return "", err
	}
	if p.Via == auth.ViaImport || p.Via == auth.ViaSystem {
		return "", auth.ErrDenied
	}
	w, err := a.visible(s, p, worker)
	if err != nil {
		return "", err
	}
	day, err := clock.ParseDate(diedOn)
	if err != nil {
		return "", domain.ErrDeathDate.Because(err)
	}
	c, err := domain.OpenDeath(domain.DeathCase{
		ID: a.NewID(), Worker: w.ID, County: w.County, DiedOn: day, Grounds: grounds, Officer: p.Subject, MadeAt: a.Clock.Now(),
	}, clock.Today(a.Clock))
	if err != nil {
		return "", err
	}
	before, err := s.DeathCasesOf(w.ID)
	if err != nil {
		return "", err
	}
	for _, other := range before {
		if other.Stands() {
			return "", domain.ErrDeathStands
		}
	}
	if err := s.SaveDeathCase(ctx, c); err != nil {
		return "", err
	}
	if err := a.logRead(s, p, w.ID, c.ID, kindRegistered); err != nil {
		return "", err
	}
	return c.ID, a.Tell(ctx, s, domain.Message{ID: a.NewID(), Worker: w.ID, Division: w.County, Template: toldOfDeathAsked, About: c.ID, AboutService: service})
}
