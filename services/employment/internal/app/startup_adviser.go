package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// OpenSlot opens a time of an adviser.
func (a *App) OpenSlot(ctx context.Context, s Store, county, day string, minute, minutes int, adviser string) (string, error) {
	if err := a.manages(ctx, county); err != nil {
		return "", err
	}
	on, err := date(day, domain.ErrSlot)
	if err != nil {
		return "", err
	}
	slot, events, err := domain.OpenSlot(a.NewID(), county, on, minute, minutes, adviser, a.today())
	if err != nil {
		return "", err
	}
	return slot.ID, s.SaveSlot(ctx, slot, events...)
}

// BookAdviser books an adviser's time for the worker.
func (a *App) BookAdviser(ctx context.Context, s Store, worker, slotID, topic string) (string, error) {
	if _, err := actingFor(ctx, worker); err != nil {
		return "", err
	}
	others, err := s.StandingBookings(worker)
	if err != nil {
		return "", err
	}
	slot, err := s.Slot(slotID)
	if err != nil {
		return "", err
	}
	rules, err := a.StartupRules(slot.County)
	if err != nil {
		return "", err
	}
	slot, b, events, err := slot.Book(a.NewID(), worker, topic, others, rules, a.Clock.Now())
	if err != nil {
		return "", err
	}
	if err := s.SaveSlot(ctx, slot); err != nil {
		return "", err
	}
	return b.ID, s.SaveBooking(ctx, b, events...)
}

// CancelAdviser gives a booked time back.
func (a *App) CancelAdviser(ctx context.Context, s Store, bookingID string) error {
	b, err := s.Booking(bookingID)
	if err != nil {
		return err
	}
	if _, err := actingFor(ctx, b.Worker); err != nil {
		return auth.Hide(err, domain.ErrBookingUnknown)
	}
	return cancelBooking(ctx, s, b)
}

func cancelBooking(ctx context.Context, s Store, b domain.Booking) error {
	slot, err := s.Slot(b.Slot.ID)
	if err != nil {
		return err
	}
	b, slot, events, err := b.Cancel(slot)
	if err != nil {
		return err
	}
	if err := s.SaveBooking(ctx, b, events...); err != nil {
		return err
	}
	return s.SaveSlot(ctx, slot)
}
