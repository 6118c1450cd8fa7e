package fair

import (
	"cmp"
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// Days is the days of a plan as a form gives them.
type Days struct{ StartsOn, EndsOn, ClosesOn, MatchOn string }

// Plan plans a job fair of an officer's county or prefecture. The same plan
// again finds the fair that is there.
func (a *App) Plan(ctx context.Context, s Store, p fair.Plan, days Days) (id, outcome string, err error) {
	if _, ok := a.Codes.Division(p.Division); !ok {
		return "", "", fair.ErrDivision
	}
	if _, err := fairOfficer(ctx, fair.Fair{Plan: p}); err != nil {
		return "", "", err
	}
	if p.StartsOn, err = app.Date(days.StartsOn, fair.ErrDays); err != nil {
		return "", "", err
	}
	if p.EndsOn, err = app.Date(days.EndsOn, fair.ErrDays); err != nil {
		return "", "", err
	}
	if p.ClosesOn, err = app.Date(days.ClosesOn, fair.ErrDays); err != nil {
		return "", "", err
	}
	if p.MatchOn, err = app.Date(days.MatchOn, fair.ErrDays); err != nil {
		return "", "", err
	}
	rules, err := a.rules(a.today(), p.Division)
	if err != nil {
		return "", "", err
	}
	f, events, err := fair.New(a.NewID(), p, rules, a.today())
	if err != nil {
		return "", "", err
	}
	all, err := s.List(p.Division)
	if err != nil {
		return "", "", err
	}
	for _, other := range all {
		if other.Same(f.Plan) && other.State != fair.Cancelled {
			return other.ID, domain.Unchanged, nil
		}
	}
	return f.ID, domain.Created, s.Save(ctx, f, events...)
}

// Change mends a plan until the list is committed; what is empty stays. Who
// applied is told.
func (a *App) Change(ctx context.Context, s Store, fairID string, p fair.Plan, days Days, why string) error {
	f, err := s.Fair(fairID)
	if err != nil {
		return err
	}
	if _, err := fairOfficer(ctx, f); err != nil {
		return err
	}
	to := f.Plan
	to.FigureName, to.Venue, to.Hours = cmp.Or(p.FigureName, to.FigureName), cmp.Or(p.Venue, to.Venue), cmp.Or(p.Hours, to.Hours)
	for _, d := range []struct {
		text string
		day  *clock.Date
	}{{days.StartsOn, &to.StartsOn}, {days.EndsOn, &to.EndsOn}, {days.ClosesOn, &to.ClosesOn}, {days.MatchOn, &to.MatchOn}} {
		if d.text == "" {
			continue
		}
		if *d.day, err = app.Date(d.text, fair.ErrDays); err != nil {
			return err
		}
	}
	rules, err := a.rules(a.today(), f.Division)
	if err != nil {
		return err
	}
	f, events, err := f.Change(to, why, rules, a.today())
	if err != nil {
		return err
	}
	if err := s.Save(ctx, f, events...); err != nil {
		return err
	}
	return notice(ctx, s, f, fair.NoticeChanged)
}

// Cancel ends a fair that has no results; who applied is told why.
func (a *App) Cancel(ctx context.Context, s Store, fairID, why string) error {
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
	if err := s.Save(ctx, f, events...); err != nil {
		return err
	}
	return notice(ctx, s, f, fair.NoticeCancelled)
}

func notice(ctx context.Context, s Store, f fair.Fair, what string) error {
	all, err := s.Standing(f.ID)
	if err != nil {
		return err
	}
	for _, id := range all {
		application, err := s.PeekApplication(id)
		if err != nil {
			return err
		}
		if err := s.SaveApplication(ctx, application, domain.FairNoticed{FairID: f.ID, ApplicationID: id, What: what, ReasonCode: f.Why}); err != nil {
			return err
		}
	}
	return nil
}
