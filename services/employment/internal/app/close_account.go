package app

import "context"

// CloseAccount ends, quietly, what a closed account still had under way, forgets
// what was held for the job search, and empties the profile. Hires stay: the law has them kept.
func (a *App) CloseAccount(ctx context.Context, s Store, worker string) error {
	pending, err := s.PendingApplications(worker)
	if err != nil {
		return err
	}
	for _, application := range pending {
		if err := withdraw(ctx, s, application); err != nil {
			return err
		}
	}
	p, err := s.Profile(worker)
	if err != nil {
		return err
	}
	if err := s.SearchClosed(worker); err != nil || p.Version == 0 { // the profile is held: no answer that is under way comes after it
		return err
	}
	if err := s.NoteQualifications(worker, nil); err != nil {
		return err
	}
	p, events := p.Close()
	if len(events) == 0 {
		return nil
	}
	return s.SaveProfile(ctx, p, events...)
}
