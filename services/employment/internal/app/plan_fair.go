package app

import (
	"cmp"
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// FairDays is the days of a plan as a form gives them.
type FairDays struct{ StartsOn, EndsOn, ClosesOn, MatchOn string }

// PlanFair plans a job fair of an officer's county or prefecture. The same plan
// again finds the fair that is there.
func (a *App) PlanFair(ctx context.Context, s Store, p domain.FairPlan, days FairDays) (id, outcome string, err error) {
	if _, ok := a.Codes.Division(p.Division); !ok {
		return "", "", domain.ErrFairDivision
	}
	if _, err := fairOfficer(ctx, domain.Fair{FairPlan: p}); err != nil {
		return "", "", err
	}
	if p.StartsOn, err = date(days.StartsOn, domain.ErrFairDays); err != nil {
		return "", "", err
	}
	if p.EndsOn, err = date(days.EndsOn, domain.ErrFairDays); err != nil {
		return "", "", err
	}
	if p.ClosesOn, err = date(days.ClosesOn, domain.ErrFairDays); err != nil {
		return "", "", err
	}
	if p.MatchOn, err = date(days.MatchOn, domain.ErrFairDays); err != nil {
		return "", "", err
	}
	rules, err := a.fairRules(a.today(), p.Division)
	if err != nil {
		return "", "", err
	}
	f, events, err := domain.PlanFair(a.NewID(), p, rules, a.today())
	if err != nil {
		return "", "", err
	}
	all, err := s.ListFairs(p.Division)
	if err != nil {
		return "", "", err
	}
	for _, other := range all {
		if other.Same(f.FairPlan) && other.State != domain.FairIsCancelled {
			return other.ID, domain.Unchanged, nil
		}
	}
	return f.ID, domain.Created, s.SaveFair(ctx, f, events...)
}

// ChangeFair mends a plan until the list is committed; what is empty stays. Who
// applied is told.
func (a *App) ChangeFair(ctx context.Context, s Store, fairID string, p domain.FairPlan, days FairDays, why string) error {
	f, err := s.Fair(fairID)
	if err != nil {
		return err
	}
	if _, err := fairOfficer(ctx, f); err != nil {
		return err
	}
	to := f.FairPlan
	to.FigureName, to.Venue, to.Hours = cmp.Or(p.FigureName, to.FigureName), cmp.Or(p.Venue, to.Venue), cmp.Or(p.Hours, to.Hours)
	for _, d := range []struct {
		text string
		day  *clock.Date
	}{{days.StartsOn, &to.StartsOn}, {days.EndsOn, &to.EndsOn}, {days.ClosesOn, &to.ClosesOn}, {days.MatchOn, &to.MatchOn}} {
		if d.text == "" {
			continue
		}
		if *d.day, err = date(d.text, domain.ErrFairDays); err != nil {
			return err
		}
	}
	rules, err := a.fairRules(a.today(), f.Division)
	if err != nil {
		return err
	}
	f, events, err := f.Change(to, why, rules, a.today())
	if err != nil {
		return err
	}
	if err := s.SaveFair(ctx, f, events...); err != nil {
		return err
	}
	return noticeFair(ctx, s, f, domain.FairNoticeChanged)
}

// CancelFair ends a fair that has no results; who applied is told why.
func (a *App) CancelFair(ctx context.Context, s Store, fairID, why string) error {
	f, err := s.Fair(fairID)
	if err != nil {
		return err
	}
	if _, err := fairOfficer(ctx, f); err != nil {
		return err
	}
	f, events, err := f.Cancel(why)
	if err != nil {
		return err
	}
	if err := s.SaveFair(ctx, f, events...); err != nil {
		return err
	}
	return noticeFair(ctx, s, f, domain.FairNoticeCancelled)
}

func noticeFair(ctx context.Context, s Store, f domain.Fair, what string) error {
	all, err := s.FairStanding(f.ID)
	if err != nil {
		return err
	}
	for _, id := range all {
		application, err := s.PeekFairApplication(id)
		if err != nil {
			return err
		}
		if err := s.SaveFairApplication(ctx, application, domain.FairNoticed{FairID: f.ID, ApplicationID: id, What: what, ReasonCode: f.Why}); err != nil {
			return err
		}
	}
	return nil
}
