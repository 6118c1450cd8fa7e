package app

import "context"

// LapsePlace ends an offer that was not answered in time. The place goes to the
// next who waits, and the worker keeps the number on the list. Of
// somebody whose death is recorded it waits, until the course begins.
func (a *App) LapsePlace(ctx context.Context, s Store, offerID string) error {
	c, e, found, err := offered(s, offerID)
	if err != nil || !found {
		return err
	}
	if died, err := s.Died(e.Worker); err != nil || died && !c.Started(a.today()) {
		return err
	}
	c, e, events := c.Lapse(e, a.Clock.Now())
	if len(events) == 0 {
		return nil
	}
	return a.passOn(ctx, s, c, e, events)
}
