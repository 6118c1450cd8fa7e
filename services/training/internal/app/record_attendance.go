package app

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// RecordAttendance records the result of a course. Who completed a course of an
// occupation has passed the safety training that is due for it.
func (a *App) RecordAttendance(ctx context.Context, s Store, enrolmentID string, completed bool) error {
	c, e, err := a.classmate(ctx, s, enrolmentID)
	if err != nil {
		return err
	}
	return a.conclude(ctx, s, c, e, completed)
}

// classmate loads an enrolment and its course for who runs it.
func (a *App) classmate(ctx context.Context, s Store, enrolmentID string) (domain.Course, domain.Enrolment, error) {
	c, e, err := s.Place(enrolmentID)
	if err != nil {
		return c, e, err
	}
	return c, e, auth.Hide(a.mayRun(ctx, c.County), domain.ErrEnrolmentUnknown)
}

func (a *App) conclude(ctx context.Context, s Store, c domain.Course, e domain.Enrolment, completed bool) error {
	e, events, err := c.Conclude(e, completed, a.today())
	if err != nil {
		return err
	}
	if err := s.SaveEnrolment(ctx, e, events...); err != nil || !completed {
		return err
	}
	dues, err := s.OpenDues(e.Worker, c.Occupation)
	if err != nil {
		return err
	}
	for _, d := range dues {
		if err := s.SaveDue(ctx, d.Fulfil(e.ID)); err != nil {
			return err
		}
	}
	return nil
}

// RecordResults records the results of a class at once: all of them, or none.
func (a *App) RecordResults(ctx context.Context, s Store, courseID string, completed, failed []string) error {
	all := slices.Sorted(slices.Values(slices.Concat(completed, failed)))
	if len(all) == 0 {
		return domain.ErrNothingMarked
	}
	if len(slices.Compact(slices.Clone(all))) != len(all) {
		return domain.ErrMarkedTwice
	}
	if _, err := a.ownCourse(ctx, s, courseID); err != nil {
		return err
	}
	for _, id := range all { // in one order, so that two who record at once never wait for each other
		c, e, err := s.Place(id)
		if err == nil && e.CourseID != courseID {
			err = domain.ErrEnrolmentUnknown
		}
		if err == nil {
			err = a.conclude(ctx, s, c, e, slices.Contains(completed, id))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// TakeBackResult takes back a result that was recorded by mistake, and has the safety
// training be due again that it fulfilled.
func (a *App) TakeBackResult(ctx context.Context, s Store, enrolmentID, reason string) error {
	c, e, err := a.classmate(ctx, s, enrolmentID)
	if err != nil {
		return err
	}
	if _, certified, err := s.CertificateOf(e.ID); err != nil {
		return err
	} else if certified {
		return domain.ErrCertified
	}
	e, events, err := c.TakeBack(e, reason)
	if err != nil {
		return err
	}
	if err := s.SaveEnrolment(ctx, e, events...); err != nil {
		return err
	}
	dues, err := s.DuesFulfilledBy(e.ID)
	if err != nil {
		return err
	}
	for _, d := range dues {
		if err := s.SaveDue(ctx, d.Reopen()); err != nil {
			return err
		}
	}
	return nil
}
