package app

import (
	"context"
)

// ReadApplications shows the worker's own applications.
func (a *App) ReadApplications(ctx context.Context, s Store, worker string) ([]Shown, error) {
	if err := mayActFor(ctx, worker); err != nil {
		return nil, err
	}
	all, err := s.ApplicationsOf(worker)
	if err != nil {
		return nil, err
	}
	shown := make([]Shown, len(all))
	for i := range all {
		if shown[i], err = a.show(s, all[i]); err != nil {
			return nil, err
		}
	}
	return shown, nil
}
