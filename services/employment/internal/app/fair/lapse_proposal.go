package fair

import "context"

// LapseProposal ends a proposal whose time to answer is over. Number and wishes
// are kept for the next pass. Of somebody whose death is recorded it waits.
func (a *App) LapseProposal(ctx context.Context, s Store, proposalID string) error {
	seen, err := s.PeekProposal(proposalID)
	if err != nil {
		return err
	}
	x, _, err := lockProposal(s, seen)
	if err != nil {
		return err
	}
	if died, err := s.Died(x.Worker); err != nil || died {
		return err
	}
	x, events := x.Lapse(a.Clock.Now())
	if len(events) == 0 {
		return nil
	}
	return s.SaveProposal(ctx, x, events...)
}
