package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// Startups is what start-up help needs of storage. Loads lock, unless they are
// called Peek or list; a slot is locked after its booking.
type Startups interface {
	// Slot returns ErrSlotUnknown where there is none.
	Slot(id string) (domain.Slot, error)
	// SaveSlot returns ErrSlotTwice where the adviser has that time already.
	SaveSlot(ctx context.Context, s domain.Slot, events ...domain.Event) error
	// FreeSlots lists the free times of a county from a day on.
	FreeSlots(county string, from clock.Date) ([]domain.Slot, error)
	// Booking returns ErrBookingUnknown where there is none.
	Booking(id string) (domain.Booking, error)
	// StandingBookings lists the worker's bookings that were not cancelled, and
	// keeps another of the same worker from being made meanwhile.
	StandingBookings(worker string) ([]domain.Booking, error)
	BookingsOf(worker string) ([]domain.Booking, error)
	SaveBooking(ctx context.Context, b domain.Booking, events ...domain.Event) error

	// Loan returns ErrLoanUnknown where there is none.
	Loan(id string) (domain.LoanRequest, error)
	PeekLoan(id string) (domain.LoanRequest, error)
	LoansOf(worker string) ([]domain.LoanRequest, error)
	// SawLoan writes a bank's read to the worker's access log.
	SawLoan(ctx context.Context, l domain.LoanRequest) error
	SaveLoan(ctx context.Context, l domain.LoanRequest, events ...domain.Event) error

	// PeekPremises returns ErrPremisesUnknown where there are none.
	PeekPremises(id string) (domain.Premises, error)
	PremisesOf(county string) ([]domain.Premises, error)
	SavePremises(ctx context.Context, p domain.Premises, events ...domain.Event) error
	// PremisesRequest returns ErrRequestUnknown where there is none.
	PremisesRequest(id string) (domain.PremisesRequest, error)
	PremisesRequestsOf(worker string) ([]domain.PremisesRequest, error)
	// SavePremisesRequest returns ErrPremisesTwice where a request of the worker stands already.
	SavePremisesRequest(ctx context.Context, q domain.PremisesRequest, events ...domain.Event) error
}
