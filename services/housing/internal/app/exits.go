package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// exitRules is the rules of notices in force today in a county.
func (a *App) exitRules(county string) (r domain.ExitRules, err error) {
	today := a.today()
	if r.Recourse, err = a.Rules.Recourse(today, a.Calendar); err != nil {
		return r, err
	}
	return r, a.rules(today, county, map[string]*rule.Rule{"HO-04": &r.Grounds, "HO-EXIT": &r.Times})
}

// lockExit loads a notice for an officer of its county.
func lockExit(ctx context.Context, s Store, id string) (auth.Principal, domain.Exit, error) {
	e, err := s.Exit(id)
	if err != nil {
		return auth.Principal{}, e, err
	}
	p, err := officer(ctx, e.County)
	return p, e, auth.Hide(err, domain.ErrExitUnknown)
}

// ownExit changes a notice for its tenant or who acts for him.
func ownExit(ctx context.Context, s Store, id string, act func(domain.Exit) (domain.Exit, []domain.Event, error)) error {
	e, err := s.Exit(id)
	if err != nil {
		return err
	}
	if err := auth.Hide(mayActFor(ctx, e.Worker), domain.ErrExitUnknown); err != nil {
		return err
	}
	e, events, err := act(e)
	if err != nil {
		return err
	}
	return s.SaveExit(ctx, e, events...)
}
