package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// lockLease loads a lease for an officer of its county.
func lockLease(ctx context.Context, s Store, id string) (auth.Principal, domain.Lease, error) {
	l, err := s.Lease(id)
	if err != nil {
		return auth.Principal{}, l, err
	}
	p, err := officer(ctx, l.County)
	return p, l, auth.Hide(err, domain.ErrLeaseUnknown)
}

// ownLease loads a lease for its tenant or who acts for him.
func ownLease(ctx context.Context, s Store, id string) (domain.Lease, error) {
	seen, err := s.PeekLease(id)
	if err != nil {
		return seen, err
	}
	if err := auth.Hide(mayActFor(ctx, seen.Worker), domain.ErrLeaseUnknown); err != nil {
		return seen, err
	}
	return s.Lease(id)
}

// ledger computes a lease's rent up to today.
func (a *App) ledger(l domain.Lease, payments []domain.Payment) (domain.Ledger, error) {
	day, err := a.number("HO-RENT", "due_day", l.County)
	return domain.NewLedger(l, payments, day, a.today()), err
}

func (a *App) ledgerOf(s Store, l domain.Lease) (domain.Ledger, error) {
	payments, err := s.Payments(l.ID)
	if err != nil {
		return domain.Ledger{}, err
	}
	return a.ledger(l, payments)
}

// leave ends a lease and frees its home.
func (a *App) leave(ctx context.Context, s Store, l domain.Lease, on clock.Date) error {
	l, events, err := l.Leave(on, a.today())
	if err != nil {
		return err
	}
	if err := s.SaveLease(ctx, l, events...); err != nil {
		return err
	}
	return release(ctx, s, l.HomeID)
}

// openReview asks a person to look, unless somebody is asked already.
func (a *App) openReview(ctx context.Context, s Store, l domain.Lease, ground string) error {
	before, err := s.ReviewsOf(l.ID)
	if err != nil {
		return err
	}
	for _, r := range before {
		if r.Ground == ground && r.Outcome == "" {
			return nil
		}
	}
	r, events := domain.OpenReview(a.NewID(), l, ground, a.today())
	return s.SaveReview(ctx, r, events...)
}
