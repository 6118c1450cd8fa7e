package app

import (
	"context"
)

// DeclinePlace declines; the application is back at its place in the queue.
func (a *App) DeclinePlace(ctx context.Context, s Store, offerID string) error {
	_, o, application, err := answer(ctx, s, offerID)
	if err != nil {
		return err
	}
	o, events, err := o.Decline(a.Clock.Now())
	if err != nil {
		return err
	}
	return a.giveBack(ctx, s, application, o, events)
}
