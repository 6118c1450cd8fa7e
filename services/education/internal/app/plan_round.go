package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// Plan is a round as it was filled in; the days are civil dates.
type Plan struct {
	County, Stage, OpensOn, ClosesOn, DrawOn, Tie, FigureSource, FigureOn string
}

// PlanRound plans a round of a county.
func (a *App) PlanRound(ctx context.Context, s Store, f Plan) (domain.Round, error) {
	r := domain.Round{County: f.County, Tie: allocate.Tie(f.Tie), FigureSource: f.FigureSource}
	p, err := auth.FromContext(ctx)
	if err != nil {
		return r, err
	}
	if err := a.county(f.County); err != nil {
		return r, err
	}
	if err := p.CoversDivision(f.County); err != nil {
		return r, err
	}
	if r.Stage, err = domain.ParseStage(f.Stage); err != nil {
		return r, err
	}
	for _, d := range []struct {
		text string
		day  *clock.Date
	}{{f.OpensOn, &r.OpensOn}, {f.ClosesOn, &r.ClosesOn}, {f.DrawOn, &r.DrawOn}, {f.FigureOn, &r.FigureOn}} {
		if *d.day, err = clock.ParseDate(d.text); err != nil {
			return r, domain.ErrRoundDates.Because(err)
		}
	}
	r.ID, r.PlannedAt = a.NewID(), a.Clock.Now()
	r, events, err := domain.PlanRound(r, p.Subject, clock.Today(a.Clock))
	if err != nil {
		return r, err
	}
	return r, s.SaveRound(ctx, r, events...)
}

// round loads and locks a round for an officer of its county. Of everything that
// a round needs, it is locked first.
func round(ctx context.Context, s Store, id string) (auth.Principal, domain.Round, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return p, domain.Round{}, err
	}
	r, err := s.Round(id)
	if err != nil {
		return p, r, err
	}
	return p, r, p.CoversDivision(r.County)
}
