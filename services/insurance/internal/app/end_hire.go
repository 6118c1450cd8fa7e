package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// EndHire stops the cover of a hire that ended and closes a duty that was
// still owed; what was owed for the time worked stays the employer's to pay.
func (a *App) EndHire(ctx context.Context, s Store, hireID string, endedOn clock.Date) error {
	c, covered, err := s.CoverOfHire(hireID)
	if err != nil {
		return err
	}
	if covered {
		c, events := c.Stop(endedOn)
		if len(events) == 0 {
			return nil
		}
		return s.SaveCover(ctx, c, events...)
	}
	return a.closeDuty(ctx, s, hireID, "hire_ended")
}

// UndoHire closes the duty of a hire whose acceptance was taken back.
func (a *App) UndoHire(ctx context.Context, s Store, hireID string) error {
	return a.closeDuty(ctx, s, hireID, "hire_undone")
}

func (a *App) closeDuty(ctx context.Context, s Store, hireID, reason string) error {
	d, exists, err := s.DutyOfHire(hireID)
	if err != nil || !exists {
		return err
	}
	d, events := d.Close(reason)
	if len(events) == 0 {
		return nil
	}
	return s.SaveDuty(ctx, d, events...)
}
