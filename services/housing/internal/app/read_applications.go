package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
)

// ReadApplications shows a worker's applications to him or to who acts for him.
func (a *App) ReadApplications(ctx context.Context, s Store, worker string) ([]Shown, error) {
	p, err := auth.ActingFor(ctx, worker)
	if err != nil {
		return nil, err
	}
	all, err := s.ApplicationsOf(worker)
	if err != nil {
		return nil, err
	}
	shown := make([]Shown, len(all))
	for i := range all {
		if shown[i], err = a.showLogged(ctx, s, p, all[i]); err != nil {
			return nil, err
		}
	}
	return shown, nil
}
