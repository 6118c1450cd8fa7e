package app

import "context"

// DeclinePlace gives an offered place to the next who waits. The worker keeps the
// number on the list, and is asked again when another place becomes free.
func (a *App) DeclinePlace(ctx context.Context, s Store, enrolmentID string) error {
	_, c, e, err := ownPlace(ctx, s, enrolmentID)
	if err != nil {
		return err
	}
	c, e, events, err := c.Decline(e, a.Clock.Now())
	if err != nil {
		return err
	}
	return a.passOn(ctx, s, c, e, events)
}
