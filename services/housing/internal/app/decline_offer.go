package app

import (
	"context"
)

// DeclineOffer declines; the application is back at its place.
func (a *App) DeclineOffer(ctx context.Context, s Store, offerID string) error {
	_, o, application, err := offerToAnswer(ctx, s, offerID)
	if err != nil {
		return err
	}
	o, events, err := o.Decline(a.Clock.Now())
	if err != nil {
		return err
	}
	_, err = a.giveBack(ctx, s, application, o, events)
	return err
}
