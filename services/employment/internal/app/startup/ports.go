// Package startup is the use cases of start-up help, one a file, each in the
// transaction that its caller opened.
package startup

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/startup"
)

// Store is what start-up help needs of storage, within one transaction. Loads lock, unless they are
// called Peek or list; a slot is locked after its booking.
type Store interface {
	// Slot returns ErrSlotUnknown where there is none.
	Slot(id string) (startup.Slot, error)
	// SaveSlot returns ErrSlotTwice where the adviser has that time already.
	SaveSlot(ctx context.Context, s startup.Slot, events ...domain.Event) error
	// SlotsOn lists an adviser's times of a day, and keeps another of them from being
	// opened meanwhile.
	SlotsOn(adviser string, day clock.Date) ([]startup.Slot, error)
	// FreeSlots lists the free times of a county from a day on.
	FreeSlots(county string, from clock.Date) ([]startup.Slot, error)
	// Booking returns ErrBookingUnknown where there is none.
	Booking(id string) (startup.Booking, error)
	// StandingBookings lists the worker's bookings that were not cancelled, and
	// keeps another of the same worker from being made meanwhile.
	StandingBookings(worker string) ([]startup.Booking, error)
	// PeekBookings lists the worker's bookings from a day on that were not cancelled.
	PeekBookings(worker string, from clock.Date) ([]startup.Booking, error)
	BookingsOf(worker string) ([]startup.Booking, error)
	SaveBooking(ctx context.Context, b startup.Booking, events ...domain.Event) error

	// Loan returns ErrLoanUnknown where there is none.
	Loan(id string) (startup.LoanRequest, error)
	PeekLoan(id string) (startup.LoanRequest, error)
	// PeekStandingLoans lists the worker's requests that were not taken back.
	PeekStandingLoans(worker string) ([]startup.LoanRequest, error)
	LoansOf(worker string) ([]startup.LoanRequest, error)
	// LogRead writes the caller's read to the worker's access log.
	LogRead(ctx context.Context, l startup.LoanRequest) error
	SaveLoan(ctx context.Context, l startup.LoanRequest, events ...domain.Event) error

	// PeekPremises returns ErrPremisesUnknown where there are none.
	PeekPremises(id string) (startup.Premises, error)
	PremisesOf(county string) ([]startup.Premises, error)
	SavePremises(ctx context.Context, p startup.Premises, events ...domain.Event) error
	// PremisesRequest returns ErrRequestUnknown where there is none.
	PremisesRequest(id string) (startup.PremisesRequest, error)
	// PeekStandingRequests lists the worker's requests that were not taken back.
	PeekStandingRequests(worker string) ([]startup.PremisesRequest, error)
	PremisesRequestsOf(worker string) ([]startup.PremisesRequest, error)
	// SavePremisesRequest returns ErrPremisesTwice where a request of the worker stands already.
	SavePremisesRequest(ctx context.Context, q startup.PremisesRequest, events ...domain.Event) error
}

// App is the use cases.
type App struct {
	Clock clock.Clock
	Rules *rule.Book
	Codes *ident.Tables
	NewID func() string
}

func (a *App) today() clock.Date { return clock.Today(a.Clock) }

// manages returns nil where the officer who calls may act in the county.
func (a *App) manages(ctx context.Context, county string) error {
	if _, ok := a.Codes.County(county); !ok {
		return domain.ErrCounty
	}
	_, err := auth.Covering(ctx, county)
	return err
}
