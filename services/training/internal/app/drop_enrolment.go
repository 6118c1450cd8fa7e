package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// DropEnrolment leaves a course, an offered place or the waiting list at the
// worker's wish; it costs the worker nothing, and a new enrolment stays open.
func (a *App) DropEnrolment(ctx context.Context, s Store, enrolmentID string) error {
	c, e, err := s.Place(enrolmentID)
	if err != nil {
		return err
	}
	if err := auth.Hide(mayActFor(ctx, e.Worker), domain.ErrEnrolmentUnknown); err != nil {
		return err
	}
	return a.leave(ctx, s, c, e)
}

// leave ends an enrolment and offers a place that became free to who waits
// first. Nobody is moved into it: only the one who waited can accept it.
func (a *App) leave(ctx context.Context, s Store, c domain.Course, e domain.Enrolment) error {
	c, e, events, err := c.Leave(e)
	if err != nil || len(events) == 0 {
		return err
	}
	if err := s.SaveEnrolment(ctx, e, events...); err != nil {
		return err
	}
	if c, err = a.offerNext(ctx, s, c); err != nil {
		return err
	}
	return s.SaveCourse(ctx, c)
}

func (a *App) offerNext(ctx context.Context, s Store, c domain.Course) (domain.Course, error) {
	if !c.OwesOffer(a.today()) {
		return c, nil
	}
	first, found, err := s.FirstWaiting(c.ID)
	if err != nil || !found {
		return c, err
	}
	c, first, events := c.Offer(first)
	return c, s.SaveEnrolment(ctx, first, events...)
}
