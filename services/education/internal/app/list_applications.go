package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
)

// ListApplications shows a guardian's applications, oldest first.
func (a *App) ListApplications(ctx context.Context, s Store, worker string) ([]Shown, error) {
	p, err := auth.ActingFor(ctx, worker)
	if err != nil {
		return nil, err
	}
	all, err := s.ApplicationsOf(worker)
	if err != nil {
		return nil, err
	}
	shown := make([]Shown, len(all))
	for i, application := range all {
		if shown[i], err = a.read(ctx, s, p, application); err != nil {
			return nil, err
		}
	}
	return shown, nil
}
