package fair

import "context"

// Cancel ends a fair that has no results; who applied is told why.
func (a *App) Cancel(ctx context.Context, s Store, fairID, why string) error {
	f, err := s.Fair(fairID)
	if err != nil {
		return err
	}
	if _, err := fairOfficer(ctx, f); err != nil {
		return err
	}
	f, events, err := f.Cancel(why)
	if err != nil {
		return err
	}
	return a.tell(ctx, s, f, events)
}
