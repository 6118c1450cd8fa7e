package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// DecideRenewal grants another term until a day, or refuses it with a reason
// code, with the trace.
func (a *App) DecideRenewal(ctx context.Context, s Store, id, endsOn, code string) (domain.Renewal, error) {
	r, err := s.Renewal(id)
	if err != nil {
		return r, err
	}
	_, l, err := lockLease(ctx, s, r.LeaseID)
	if err != nil {
		return r, err
	}
	today := a.today()
	if code != "" {
		term, err := a.Rules.Rule("HO-03", today, l.County)
		if err != nil {
			return r, err
		}
		recourse, err := a.Rules.Recourse(today, a.Calendar)
		if err != nil {
			return r, err
		}
		r, events, err := r.Refuse(code, term, recourse, today)
		if err != nil {
			return r, err
		}
		return r, s.SaveRenewal(ctx, r, events...)
	}
	until, err := clock.ParseDate(endsOn)
	if err != nil {
		return r, err
	}
	years, err := a.number("HO-03", "years_max", l.County)
	if err != nil {
		return r, err
	}
	r, l, events, err := r.Grant(l, until, years)
	if err != nil {
		return r, err
	}
	if err := s.SaveLease(ctx, l); err != nil {
		return r, err
	}
	return r, s.SaveRenewal(ctx, r, events...)
}
