package startup

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/startup"
)

// CancelBooking gives a booked time back.
func (a *App) CancelBooking(ctx context.Context, s Store, bookingID string) error {
	b, err := s.Booking(bookingID)
	if err != nil {
		return err
	}
	if _, err := auth.ActingFor(ctx, b.Worker); err != nil {
		return auth.Hide(err, startup.ErrBookingUnknown)
	}
	return a.cancelBooking(ctx, s, b)
}

func (a *App) cancelBooking(ctx context.Context, s Store, b startup.Booking) error {
	slot, err := s.Slot(b.Slot.ID)
	if err != nil {
		return err
	}
	b, slot, events, err := b.Cancel(slot, a.Clock.Now())
	if err != nil {
		return err
	}
	if err := s.SaveBooking(ctx, b, events...); err != nil {
		return err
	}
	return s.SaveSlot(ctx, slot)
}
