package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// Enrol gives the worker who asks a place or a number on the waiting list; the
// position is 0 for who has a place. The course's row is locked, so that the
// last place goes to one.
func (a *App) Enrol(ctx context.Context, s Store, worker, courseID string) (e domain.Enrolment, position int, err error) {
	p, err := auth.ActingFor(ctx, worker)
	if err != nil {
		return e, 0, err
	}
	c, err := s.Course(courseID)
	if err != nil {
		return e, 0, err
	}
	if twice, err := s.Enrolled(courseID, worker); err != nil {
		return e, 0, err
	} else if twice {
		return e, 0, domain.ErrEnrolledTwice
	}
	c, e, events, err := c.Enrol(a.NewID(), worker, p.ActsHimself(worker), a.today())
	if err != nil {
		return e, 0, err
	}
	if e.State == domain.Waiting {
		position = c.Waiting
	}
	if err := s.SaveCourse(ctx, c); err != nil {
		return e, 0, err
	}
	return e, position, s.SaveEnrolment(ctx, e, events...)
}
