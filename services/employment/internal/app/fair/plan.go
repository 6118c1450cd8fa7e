package fair

import (
	"context"

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
