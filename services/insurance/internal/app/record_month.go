package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/insurance/internal/domain"
)

// RecordMonth credits a month of contribution and returns how many there are.
func (a *App) RecordMonth(ctx context.Context, s Store, enrolmentID, month string) (int, error) {
	m, err := domain.ParseMonth(month)
	if err != nil {
		return 0, err
	}
	c, err := s.Cover(enrolmentID)
	if err != nil {
		return 0, err
	}
	p, err := auth.FromContext(ctx)
	if err != nil {
		return 0, err
	}
	if err := auth.Hide(p.CoversDivision(c.Division), domain.ErrCoverUnknown); err != nil {
		return 0, err
	}
	if err := s.CreditMonth(enrolmentID, m); err != nil {
		return 0, err
	}
	c, events, err := c.Credit(m, clock.Today(a.Clock))
	if err != nil {
		return 0, err
	}
	return c.Months, s.SaveCover(ctx, c, events...)
}
