package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// DropEnrolment leaves a course, an offered place or the waiting list at the
// worker's wish; it costs the worker nothing, and a new enrolment stays open.
func (a *App) DropEnrolment(ctx context.Context, s Store, enrolmentID string) error {
	_, c, e, err := ownPlace(ctx, s, enrolmentID)
	if err != nil {
		return err
	}
	return a.leave(ctx, s, c, e)
}

// leave ends an enrolment and offers the place that it had to who waits first or,
// where the place was only offered, to who waits next. Nobody is moved into it:
// only the one who waited can accept it.
func (a *App) leave(ctx context.Context, s Store, c domain.Course, e domain.Enrolment) error {
	was, behind := e.State, 0
	c, e, events, err := c.Leave(e)
	if err != nil || len(events) == 0 {
		return err
	}
	if err := s.SaveEnrolment(ctx, e, events...); err != nil {
		return err
	}
	if was == domain.Offered {
		behind = e.Number
	}
	if was != domain.Waiting {
		if c, err = a.offerNext(ctx, s, c, behind); err != nil {
			return err
		}
	}
	return s.SaveCourse(ctx, c)
}
