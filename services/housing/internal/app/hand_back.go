package app

import "context"

// HandBack ends the lease of a tenant who died, today, on the word of the family that
// gives the home back; a notice that is under way ends with it. No clock and no
// officer's own wish does it, and the family that stays is left in the home.
func (a *App) HandBack(ctx context.Context, s Store, leaseID string) error {
	l, err := s.Lease(leaseID)
	if err != nil {
		return err
	}
	exits, err := s.ExitsOf(leaseID)
	if err != nil {
		return err
	}
	for _, e := range exits {
		if !e.Pending() {
			continue
		}
		if err := s.SaveExit(ctx, e.Gone()); err != nil {
			return err
		}
	}
	return a.leave(ctx, s, l, a.today())
}
