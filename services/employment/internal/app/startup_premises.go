package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// AddPremises lists premises of a county.
func (a *App) AddPremises(ctx context.Context, s Store, p domain.Premises) (string, error) {
	if err := a.manages(ctx, p.County); err != nil {
		return "", err
	}
	rules, err := a.StartupRules(p.County)
	if err != nil {
		return "", err
	}
	p.ID = a.NewID()
	p, events, err := domain.AddPremises(p, rules)
	if err != nil {
		return "", err
	}
	return p.ID, s.SavePremises(ctx, p, events...)
}

// RequestPremises asks for premises.
func (a *App) RequestPremises(ctx context.Context, s Store, worker, siteID string) (string, error) {
	if _, err := actingFor(ctx, worker); err != nil {
		return "", err
	}
	p, err := s.PeekPremises(siteID)
	if err != nil {
		return "", err
	}
	q, events := p.Request(a.NewID(), worker, a.Clock.Now())
	return q.ID, s.SavePremisesRequest(ctx, q, events...)
}

// WithdrawPremises takes a request for premises back.
func (a *App) WithdrawPremises(ctx context.Context, s Store, id string) error {
	q, err := s.PremisesRequest(id)
	if err != nil {
		return err
	}
	if _, err := actingFor(ctx, q.Worker); err != nil {
		return auth.Hide(err, domain.ErrRequestUnknown)
	}
	q, events, err := q.Withdraw()
	if err != nil {
		return err
	}
	return s.SavePremisesRequest(ctx, q, events...)
}

// endStartupHelp ends what a closed account still had under way here.
func endStartupHelp(ctx context.Context, s Store, worker string) error {
	bookings, err := s.StandingBookings(worker)
	if err != nil {
		return err
	}
	for _, b := range bookings {
		if err := cancelBooking(ctx, s, b); err != nil {
			return err
		}
	}
	loans, err := s.LoansOf(worker)
	if err != nil {
		return err
	}
	for _, l := range loans {
		if l, events, err := l.Withdraw(); err == nil {
			if err := s.SaveLoan(ctx, l, events...); err != nil {
				return err
			}
		}
	}
	requests, err := s.PremisesRequestsOf(worker)
	if err != nil {
		return err
	}
	for _, q := range requests {
		if q, events, err := q.Withdraw(); err == nil {
			if err := s.SavePremisesRequest(ctx, q, events...); err != nil {
				return err
			}
		}
	}
	return nil
}
