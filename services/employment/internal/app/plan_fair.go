package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// FairDays is the days of a plan as a form gives them.
type FairDays struct{ StartsOn, EndsOn, ClosesOn, MatchOn string }

// PlanFair plans a job fair of an officer's county or prefecture.
func (a *App) PlanFair(ctx context.Context, s Store, p domain.FairPlan, days FairDays) (string, error) {
	if _, ok := a.Codes.Division(p.Division); !ok {
		return "", domain.ErrFairDivision
	}
	if _, err := fairOfficer(ctx, domain.Fair{FairPlan: p}); err != nil {
		return "", err
	}
	var err error
	if p.StartsOn, err = date(days.StartsOn, domain.ErrFairDays); err != nil {
		return "", err
	}
	if p.EndsOn, err = date(days.EndsOn, domain.ErrFairDays); err != nil {
		return "", err
	}
	if p.ClosesOn, err = date(days.ClosesOn, domain.ErrFairDays); err != nil {
		return "", err
	}
	if p.MatchOn, err = date(days.MatchOn, domain.ErrFairDays); err != nil {
		return "", err
	}
	rules, err := a.fairRules(a.today(), p.Division)
	if err != nil {
		return "", err
	}
	f, events, err := domain.PlanFair(a.NewID(), p, rules, a.today())
	if err != nil {
		return "", err
	}
	return f.ID, s.SaveFair(ctx, f, events...)
}
