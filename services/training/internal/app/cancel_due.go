package app

import "context"

// CancelDue ends the safety training of a hire that the worker disputes, that was
// undone or that ended: one that is passed already stays.
func (a *App) CancelDue(ctx context.Context, s Store, hireID string) error {
	d, exists, err := s.DueOfHire(hireID)
	if err != nil || !exists {
		return err
	}
	d, events := d.Cancel()
	if len(events) == 0 {
		return nil
	}
	return s.SaveDue(ctx, d, events...)
}
