package app

import (
	"context"
)

// AcceptOffer accepts for the worker, who acts in person or through a counter
// or a helper; which of both is kept with the acceptance.
func (a *App) AcceptOffer(ctx context.Context, s Store, offerID string) error {
	p, o, application, err := offerToAnswer(ctx, s, offerID)
	if err != nil {
		return err
	}
	o, events, err := o.Accept(p.ActsHimself(o.Worker), a.Clock.Now())
	if err != nil {
		return err
	}
	if err := s.SaveApplication(ctx, application.Accept()); err != nil {
		return err
	}
	if o.InPerson { // what another accepted can be undone: the relief ends with the lease
		if err := relieved(ctx, s, application.ID); err != nil {
			return err
		}
	}
	return s.SaveOffer(ctx, o, events...)
}
