package startup

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/services/employment/internal/domain/startup"
)

// CloseAccount ends, quietly, what a closed account still had under way here.
func (a *App) CloseAccount(ctx context.Context, s Store, worker string) error {
	bookings, err := s.StandingBookings(worker)
	if err != nil {
		return err
	}
	for _, b := range bookings {
		if err := a.cancelBooking(ctx, s, b); err != nil && !errors.Is(err, startup.ErrSlotOver) { // what was stays
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
