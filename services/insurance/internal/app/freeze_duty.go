package app

import "context"

// FreezeDuty suspends the duty of a hire that the worker disputes.
func (a *App) FreezeDuty(ctx context.Context, s Store, hireID string) error {
	d, exists, err := s.DutyOfHire(hireID)
	if err != nil || !exists {
		return err
	}
	d, events := d.Freeze()
	if len(events) == 0 {
		return nil
	}
	return s.SaveDuty(ctx, d, events...)
}
