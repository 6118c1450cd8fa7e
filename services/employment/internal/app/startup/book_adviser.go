package startup

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
)

// BookAdviser books an adviser's time for the worker.
func (a *App) BookAdviser(ctx context.Context, s Store, worker, slotID, topic string) (string, error) {
	if _, err := auth.ActingFor(ctx, worker); err != nil {
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
	rules, err := a.rules(slot.County)
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
