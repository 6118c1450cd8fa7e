package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

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
	all, err := s.Profiles(worker)
	if err != nil {
		return err
	}
	for _, p := range all {
		if err := closeSearch(ctx, s, p); err != nil {
			return err
		}
	}
	return nil
}

func closeSearch(ctx context.Context, s Store, p domain.Profile) error {
	if err := s.SearchClosed(p.Worker); err != nil { // the profile is held: no answer that is under way comes after it
		return err
	}
	if err := s.NoteQualifications(p.Worker, nil); err != nil {
		return err
	}
	p, events := p.Close()
	if len(events) == 0 {
		return nil
	}
	return s.SaveProfile(ctx, p, events...)
}
