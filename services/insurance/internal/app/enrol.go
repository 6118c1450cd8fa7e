package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/insurance/internal/domain"
)

// Enrol fulfils a duty. The employer of the hire may do it, or the agency of
// the county.
func (a *App) Enrol(ctx context.Context, s Store, dutyID string, schemes []string, from string) (domain.Cover, error) {
	d, err := s.Duty(dutyID)
	if err != nil {
		return domain.Cover{}, err
	}
	if err := auth.Hide(mayEnrol(ctx, d), domain.ErrDutyUnknown); err != nil {
		return domain.Cover{}, err
	}
	month, err := domain.ParseMonth(from)
	if err != nil {
		return domain.Cover{}, err
	}
	d, c, events, err := d.Fulfil(a.NewID(), schemes, month, clock.Today(a.Clock))
	if err != nil {
		return domain.Cover{}, err
	}
	if err := s.SaveDuty(ctx, d); err != nil {
		return domain.Cover{}, err
	}
	return c, s.SaveCover(ctx, c, events...)
}

// mayEnrol returns nil where the caller is the employer that owes a duty, or an officer
// of its county.
func mayEnrol(ctx context.Context, d domain.Duty) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	if p.Kind == auth.Employer {
		if p.Subject != d.EmployerID {
			return auth.ErrNotYours
		}
		return nil
	}
	return p.CoversDivision(d.Division)
}
