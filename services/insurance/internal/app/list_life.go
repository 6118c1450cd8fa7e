package app

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/life"
	"github.com/qiao-platform/qiao/services/insurance/internal/domain"
)

// ListLife says what a worker is insured for, and whom employers still owe it.
func (a *App) ListLife(_ context.Context, s Store, worker string) (all []life.Thing, err error) {
	duties, err := s.StandingDuties(worker)
	if err != nil {
		return nil, err
	}
	covers, err := s.StandingCovers(worker)
	for _, d := range duties {
		all = append(all, owed(d, clock.Today(a.Clock)))
	}
	for _, c := range covers {
		all = append(all, insured(c))
	}
	return all, err
}

// owed is a duty that the employer has not fulfilled; one that is fulfilled is told as
// the cover that it brought. Of a hire that the worker disputes nobody need do anything
// here: the dispute decides.
func owed(d domain.Duty, today clock.Date) life.Thing {
	t := life.Thing{Matter: "duty", ID: d.ID, Within: d.HireID, State: string(d.State)}
	enrolled := life.Step{Name: "enrolled"}
	switch d.State {
	case domain.DutyIsOpen:
		t.Part, t.Holder, t.Expected = life.Runs, life.Employer, d.DueOn
	case domain.DutyIsOverdue:
		t.Part, t.Holder = life.Runs, life.Employer
	case domain.DutyIsFrozen:
		t.Part = life.Runs
	case domain.DutyIsFulfilled, domain.DutyIsClosed:
		return t
	}
	t.Steps = []life.Step{enrolled}
	if !d.StartOn.IsZero() { // kept of older duties not
		t.Steps = life.Way(life.Will("works", d.StartOn, today), enrolled)
	}
	return t
}

// insured is a cover: by all schemes, by one alone, as against injury beyond the pension
// age, or by some; or one that the agency stopped though its hire lasts. One whose hire is
// over is over with it.
func insured(c domain.Cover) life.Thing {
	t := life.Thing{Matter: "cover", ID: c.ID, Within: c.DutyID, Part: life.Has, Since: c.From.Begins()}
	switch {
	case c.CanResume():
		t.State = "stopped"
	case !c.Active:
		t.State, t.Part = "over", life.Over
	case !slices.ContainsFunc(domain.Schemes(), func(scheme string) bool { return !slices.Contains(c.Schemes, scheme) }):
		t.State = "full"
	case len(c.Schemes) == 1:
		t.State, t.Code = "one", c.Schemes[0]
	default:
		t.State = "some"
	}
	return t
}
