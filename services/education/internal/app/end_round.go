package app

import (
	"context"
)

// EndRound ends a round. Each child of compulsory schooling that has no place
// then opens a task of the bureau: none ends unplaced.
func (a *App) EndRound(ctx context.Context, s Store, roundID string) (tasks int, err error) {
	_, r, err := round(ctx, s, roundID)
	if err != nil {
		return 0, err
	}
	if err := r.MayEnd(); err != nil {
		return 0, err
	}
	waiting, err := s.Waiting(roundID)
	if err != nil {
		return 0, err
	}
	if r.Stage.Compulsory() {
		for _, application := range waiting {
			if _, err := a.openTask(ctx, s, application, roundID); err != nil {
				return 0, err
			}
		}
		tasks = len(waiting)
	}
	r, events := r.End(tasks)
	return tasks, s.SaveRound(ctx, r, events...)
}
