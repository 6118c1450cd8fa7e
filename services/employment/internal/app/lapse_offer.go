package app

import "context"

// LapseOffer ends an offer whose time to answer is over. The application keeps
// its place in the queue; nobody outside the department is told. Of somebody whose
// death is recorded it waits.
func (a *App) LapseOffer(ctx context.Context, s Store, offerID string) error {
	application, o, err := offered(s, offerID)
	if err != nil {
		return err
	}
	if died, err := s.Died(o.Worker); err != nil || died {
		return err
	}
	o, application, events := o.Lapse(application, a.Clock.Now())
	if len(events) == 0 {
		return nil
	}
	if err := s.SaveApplication(ctx, application); err != nil {
		return err
	}
	return s.SaveOffer(ctx, o, events...)
}
