package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// RecordAttendance records the result of a course. Who completed a course of an
// occupation has passed the safety training that is due for it.
func (a *App) RecordAttendance(ctx context.Context, s Store, enrolmentID string, completed bool) error {
	c, e, err := s.Place(enrolmentID)
	if err != nil {
		return err
	}
	if err := auth.Hide(a.mayRun(ctx, c.County), domain.ErrEnrolmentUnknown); err != nil {
		return err
	}
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
		if err := s.SaveDue(ctx, d.Fulfil()); err != nil {
			return err
		}
	}
	return nil
}
