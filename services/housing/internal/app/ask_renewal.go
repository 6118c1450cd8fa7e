package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// AskRenewal asks for another term.
func (a *App) AskRenewal(ctx context.Context, s Store, leaseID string) (string, error) {
	l, err := ownLease(ctx, s, leaseID)
	if err != nil {
		return "", err
	}
	before, err := s.RenewalsOf(leaseID)
	if err != nil {
		return "", err
	}
	months, err := a.number("HO-03", "renew_apply_months_before_end", l.County)
	if err != nil {
		return "", err
	}
	r, events, err := domain.AskRenewal(a.NewID(), l, before, months, a.today())
	if err != nil {
		return "", err
	}
	return r.ID, s.SaveRenewal(ctx, r, events...)
}
