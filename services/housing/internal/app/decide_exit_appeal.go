package app

import (
	"context"
)

// DecideExitAppeal decides on an appeal.
func (a *App) DecideExitAppeal(ctx context.Context, s Store, id string, stays bool) error {
	p, e, err := lockExit(ctx, s, id)
	if err != nil {
		return err
	}
	e, events, err := e.DecideAppeal(stays, p.Subject)
	if err != nil {
		return err
	}
	rules, err := a.exitRules(e.County)
	if err != nil {
		return err
	}
	if e, err = rules.Moving(e, a.today()); err != nil {
		return err
	}
	return s.SaveExit(ctx, e, events...)
}
