package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
)

// ListApplications shows a guardian's applications, oldest first, but for those that nobody keeps any more.
func (a *App) ListApplications(ctx context.Context, s Store, worker string) ([]Shown, error) {
	p, err := auth.ActingFor(ctx, worker)
	if err != nil {
		return nil, err
	}
	all, err := s.ApplicationsOf(worker)
	if err != nil {
		return nil, err
	}
	shown := make([]Shown, 0, len(all))
	for _, application := range all {
		if nobody, err := unkept(s, application); err != nil || nobody {
			if err != nil {
				return nil, err
			}
			continue
		}
		one, err := a.read(ctx, s, p, application)
		if err != nil {
			return nil, err
		}
		shown = append(shown, one)
	}
	return shown, nil
}
