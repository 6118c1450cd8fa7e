package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/insurance/internal/domain"
)

// EndHire stops the cover of a hire that ended and closes a duty that was
// still owed; what was owed for the time worked stays the employer's to pay.
func (a *App) EndHire(ctx context.Context, s Store, hireID string, endedOn clock.Date) error {
	return over(ctx, s, hireID, endedOn, func(d domain.Duty) (domain.Duty, []domain.Event) { return d.Close("hire_ended") })
}

// UndoHire does the same for a hire whose acceptance was taken back on a day.
func (a *App) UndoHire(ctx context.Context, s Store, hireID string, on clock.Date) error {
	return over(ctx, s, hireID, on, func(d domain.Duty) (domain.Duty, []domain.Event) { return d.Close("hire_undone") })
}

// over stops the cover that a hire brought on a day, or ends the duty as it is said
// where there is none. It holds the duty before it looks, as who enrols does: an
// enrolment that is under way is seen.
func over(ctx context.Context, s Store, hireID string, on clock.Date, end func(domain.Duty) (domain.Duty, []domain.Event)) error {
	d, exists, err := s.DutyOfHire(hireID)
	if err != nil || !exists {
		return err
	}
	c, covered, err := s.CoverOfHire(hireID)
	if err != nil {
		return err
	}
	if covered {
		if c.HireOver {
			return nil
		}
		c, events := c.Stop(on)
		return s.SaveCover(ctx, c, events...)
	}
	d, events := end(d)
	if len(events) == 0 {
		return nil
	}
	return s.SaveDuty(ctx, d, events...)
}
