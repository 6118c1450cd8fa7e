package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// nextLook is when a clock next looks at a lease: at the beginning of the next
// month, or when another term can be asked for, if that comes before.
func nextLook(l domain.Lease, today clock.Date, monthsBefore int) clock.Date {
	next := clock.NewDate(today.Year(), today.Month(), 1).AddMonths(1)
	if from := l.RenewFrom(monthsBefore); monthsBefore > 0 && from.After(today) && from.Before(next) {
		return from
	}
	return next
}

// LookAtLease is what a clock does with a lease: it tells the tenant that
// another term can be asked for, and asks a person to look at arrears or at a
// home that stands empty. It ends nothing.
func (a *App) LookAtLease(ctx context.Context, s Store, id string) error {
	l, err := s.Lease(id)
	if err != nil {
		return err
	}
	today := a.today()
	if !l.Live() || l.LookedOn == today {
		return nil
	}
	months, err := a.number("HO-03", "renew_apply_months_before_end", l.County)
	if err != nil {
		return err
	}
	l.LookedOn = today
	l, events := l.TellRenewal(months, today)
	if err := s.SaveLease(ctx, l, events...); err != nil {
		return err
	}
	ground, err := a.wantsLook(s, l, today)
	if err != nil {
		return err
	}
	if ground != "" {
		if err := a.openReview(ctx, s, l, ground); err != nil {
			return err
		}
	}
	return s.Later(ctx, TaskLease, id, nextLook(l, today, months).Start())
}

// wantsLook says on which ground of HO-04 a person should look, "" for none.
func (a *App) wantsLook(s Store, l domain.Lease, today clock.Date) (string, error) {
	most, err := a.number("HO-04", "arrears_months", l.County)
	if err != nil {
		return "", err
	}
	g, err := a.ledgerOf(s, l)
	if err != nil || g.ArrearsMonths >= most {
		return domain.GroundArrears, err
	}
	limit, err := a.Rules.Deadline("CLK-HO-VACANT", today)
	if err != nil {
		return "", err
	}
	if !l.VacantSince.IsZero() && !today.Before(l.VacantSince.AddMonths(limit.Amount)) {
		return domain.GroundVacant, nil
	}
	return "", nil
}
