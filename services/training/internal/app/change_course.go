package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// Plan is what of a course can change.
type Plan struct {
	Hours, Places                    int
	StartsOn, EndsOn, Venue, Contact string
}

// ownCourse loads a course for who runs it.
func (a *App) ownCourse(ctx context.Context, s Store, id string) (domain.Course, error) {
	c, err := s.Course(id)
	if err != nil {
		return c, err
	}
	return c, auth.Hide(a.mayRun(ctx, c.County), domain.ErrCourseUnknown)
}

// ChangeCourse changes what a course that has not begun says. A place more is offered
// to who waits; where day or place are others, each who is enrolled is told, and an offer
// whose message nobody is known to have read lasts until the new first day.
func (a *App) ChangeCourse(ctx context.Context, s Store, id string, p Plan, reason string) error {
	starts, err := clock.ParseDate(p.StartsOn)
	if err != nil {
		return err
	}
	ends, err := day(p.EndsOn)
	if err != nil {
		return err
	}
	c, err := a.ownCourse(ctx, s, id)
	if err != nil {
		return err
	}
	said := c
	said.Hours, said.Places, said.StartsOn, said.EndsOn, said.Venue, said.Contact = p.Hours, p.Places, starts, ends, p.Venue, p.Contact
	c, moved, events, err := c.Change(said, reason, a.today())
	if err != nil || len(events) == 0 {
		return err
	}
	if err := a.plausible(c); err != nil {
		return err
	}
	if moved {
		if err := a.tellMoved(ctx, s, c); err != nil {
			return err
		}
	}
	if c, err = a.offerFree(ctx, s, c); err != nil {
		return err
	}
	return s.SaveCourse(ctx, c, events...)
}

func (a *App) tellMoved(ctx context.Context, s Store, c domain.Course) error {
	live, err := s.LiveEnrolments(c.ID)
	if err != nil {
		return err
	}
	for _, e := range live {
		if err := s.SaveEnrolment(ctx, e, c.Moved(e)); err != nil {
			return err
		}
		if e.State != domain.Offered {
			continue
		}
		if err := s.Later(ctx, TaskLapse, e.OfferID, c.OffersEnd()); err != nil {
			return err
		}
	}
	return nil
}

// CancelCourse ends a course with all enrolments that nobody concluded, and returns how
// many those were. What was concluded, and its certificates, stay.
func (a *App) CancelCourse(ctx context.Context, s Store, id, reason string) (int, error) {
	c, err := a.ownCourse(ctx, s, id)
	if err != nil {
		return 0, err
	}
	c, events, err := c.Cancel(reason)
	if err != nil {
		return 0, err
	}
	live, err := s.LiveEnrolments(id)
	if err != nil {
		return 0, err
	}
	for _, e := range live {
		var told []domain.Event
		if c, e, told = c.CancelEnrolment(e); len(told) > 0 {
			if err := s.SaveEnrolment(ctx, e, told...); err != nil {
				return 0, err
			}
		}
	}
	return len(live), s.SaveCourse(ctx, c, events...)
}
