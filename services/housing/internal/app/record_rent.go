package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// RecordRent records a payment, once for each reference.
func (a *App) RecordRent(ctx context.Context, s Store, p domain.Payment) (string, error) {
	_, l, err := lockLease(ctx, s, p.LeaseID)
	if err != nil {
		return "", err
	}
	p.ID = a.NewID()
	p, events, err := domain.NewPayment(l, p, a.today())
	if err != nil {
		return "", err
	}
	id, added, err := s.AddPayment(ctx, p)
	if err != nil || !added {
		return id, err
	}
	return id, s.SaveLease(ctx, l, events...)
}
