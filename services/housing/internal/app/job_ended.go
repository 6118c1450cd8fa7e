package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// JobEnded leaves word, for each dormitory where the worker stays, to look
// after the time that HO-DORM keeps the stay untouched in any case.
func (a *App) JobEnded(ctx context.Context, s Store, worker string, endedOn clock.Date) error {
	leases, err := s.LeasesOf(worker)
	if err != nil {
		return err
	}
	for _, l := range leases {
		if l.Kind != domain.Dormitory || !l.Live() {
			continue
		}
		days, err := a.number("HO-DORM", "days_after_job", l.County)
		if err != nil {
			return err
		}
		if err := s.Later(ctx, TaskJobLeft, l.ID, endedOn.AddDays(days+1).Start()); err != nil {
			return err
		}
	}
	return nil
}
