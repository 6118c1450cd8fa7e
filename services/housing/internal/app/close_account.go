package app

import (
	"context"
)

// CloseAccount ends the worker's open applications and forgets all evidence of
// the worker. Leases stay for their legal term.
func (a *App) CloseAccount(ctx context.Context, s Store, worker string) error {
	all, err := s.ApplicationsOf(worker)
	if err != nil {
		return err
	}
	for _, seen := range all {
		end := s.DropEvidence
		if seen.Open() {
			end = func(id string) error { return a.withdraw(ctx, s, id) }
		}
		if err := end(seen.ID); err != nil {
			return err
		}
	}
	return nil
}
