package app

import (
	"context"
	"time"
)

// ServeAppeal does the same for the decisions on an application's appeals.
func (a *App) ServeAppeal(ctx context.Context, s Store, applicationID string, at time.Time) error {
	filed, err := s.AppealsOf(applicationID)
	if err != nil {
		return err
	}
	for _, seen := range filed {
		appeal, err := s.Appeal(seen.ID)
		if err != nil {
			return err
		}
		all, changed, err := a.served(appeal.Reasons, at)
		if err != nil {
			return err
		}
		if !changed {
			continue
		}
		appeal.Reasons = all
		if err := s.SaveAppeal(ctx, appeal); err != nil {
			return err
		}
	}
	return nil
}
