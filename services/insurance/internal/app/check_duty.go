package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// CheckDuty makes a duty overdue whose day has passed unfulfilled. The clock
// decides nothing else: the worker is told, a person acts.
func (a *App) CheckDuty(ctx context.Context, s Store, dutyID string) error {
	d, err := s.Duty(dutyID)
	if err != nil {
		return err
	}
	d, events := d.Check(clock.Today(a.Clock))
	if len(events) == 0 {
		return nil
	}
	return s.SaveDuty(ctx, d, events...)
}
