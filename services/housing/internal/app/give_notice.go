package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// GiveNotice notices a tenant. Nothing ends by it.
func (a *App) GiveNotice(ctx context.Context, s Store, leaseID, ground string) (domain.Exit, error) {
	p, l, err := lockLease(ctx, s, leaseID)
	if err != nil {
		return domain.Exit{}, err
	}
	rules, err := a.exitRules(l.County)
	if err != nil {
		return domain.Exit{}, err
	}
	before, err := s.ExitsOf(leaseID)
	if err != nil {
		return domain.Exit{}, err
	}
	g, err := a.ledgerOf(s, l)
	if err != nil {
		return domain.Exit{}, err
	}
	e, events, err := rules.GiveNotice(a.NewID(), l, before, ground, p.Subject, g, a.today())
	if err != nil {
		return e, err
	}
	return e, s.SaveExit(ctx, e, events...)
}
