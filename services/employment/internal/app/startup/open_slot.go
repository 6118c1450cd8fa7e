package startup

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/startup"
)

// OpenSlot opens a time of an adviser.
func (a *App) OpenSlot(ctx context.Context, s Store, county, day string, minute, minutes int, adviser string) (string, error) {
	if err := a.manages(ctx, county); err != nil {
		return "", err
	}
	on, err := clock.ParseDate(day)
	if err != nil {
		return "", startup.ErrSlot
	}
	slot, events, err := startup.OpenSlot(a.NewID(), county, on, minute, minutes, adviser, a.today())
	if err != nil {
		return "", err
	}
	others, err := s.SlotsOn(slot.Adviser, on)
	if err != nil {
		return "", err
	}
	if err := slot.Beside(others); err != nil {
		return "", err
	}
	return slot.ID, s.SaveSlot(ctx, slot, events...)
}
