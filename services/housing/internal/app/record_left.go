package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// RecordLeft records that a tenant left by a decision that stands.
func (a *App) RecordLeft(ctx context.Context, s Store, id string, on clock.Date) error {
	seen, err := s.PeekExit(id)
	if err != nil {
		return err
	}
	_, l, err := lockLease(ctx, s, seen.LeaseID)
	if err != nil {
		return err
	}
	e, err := s.Exit(id)
	if err != nil {
		return err
	}
	if e, err = e.Leave(a.today()); err != nil {
		return err
	}
	if err := s.SaveExit(ctx, e); err != nil {
		return err
	}
	return a.leave(ctx, s, l, on)
}
