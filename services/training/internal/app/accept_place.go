package app

import "context"

// AcceptPlace takes an offered place, or one that is free since nobody who waits
// took it; only the worker, or who acts for the worker, can. Which of both did is
// kept with the acceptance.
func (a *App) AcceptPlace(ctx context.Context, s Store, enrolmentID string) error {
	p, c, e, err := ownPlace(ctx, s, enrolmentID)
	if err != nil {
		return err
	}
	c, e, events, err := c.Accept(e, p.ActsHimself(e.Worker), a.Clock.Now())
	if err != nil {
		return err
	}
	if err := s.SaveEnrolment(ctx, e, events...); err != nil {
		return err
	}
	return s.SaveCourse(ctx, c)
}
