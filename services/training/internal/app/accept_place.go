package app

import "context"

// AcceptPlace takes an offered place; only the worker, or who acts for the
// worker, can. The place was counted as taken since the offer.
func (a *App) AcceptPlace(ctx context.Context, s Store, enrolmentID string) error {
	c, e, err := s.Place(enrolmentID)
	if err != nil {
		return err
	}
	if err := mayActFor(ctx, e.Worker); err != nil {
		return err
	}
	e, events, err := c.Accept(e, a.today())
	if err != nil {
		return err
	}
	return s.SaveEnrolment(ctx, e, events...)
}
