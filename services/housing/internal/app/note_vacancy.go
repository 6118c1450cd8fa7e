package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// NoteVacancy notes since when a home stands empty, or with the zero date that
// it does not.
func (a *App) NoteVacancy(ctx context.Context, s Store, leaseID string, since clock.Date) error {
	_, l, err := lockLease(ctx, s, leaseID)
	if err != nil {
		return err
	}
	l, events, err := l.Vacate(since, a.today())
	if err != nil {
		return err
	}
	return s.SaveLease(ctx, l, events...)
}
