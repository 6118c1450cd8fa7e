package startup

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/startup"
)

// Help is what of start-up help is under way for a worker.
type Help struct {
	Bookings []startup.Booking
	Loans    []startup.LoanRequest
	Requests []startup.PremisesRequest
}

// ListHelp shows the worker what is under way.
func (a *App) ListHelp(ctx context.Context, s Store, worker string) (h Help, err error) {
	p, err := auth.ActingFor(ctx, worker)
	if err != nil {
		return h, err
	}
	if h.Bookings, err = s.BookingsOf(worker); err != nil {
		return h, err
	}
	if p.Kind != auth.Officer { // a loan request is the worker's and the bank's
		if h.Loans, err = s.LoansOf(worker); err != nil {
			return h, err
		}
	}
	h.Requests, err = s.PremisesRequestsOf(worker)
	return h, err
}
