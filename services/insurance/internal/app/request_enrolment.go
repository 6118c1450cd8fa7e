package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/insurance/internal/domain"
)

// BeforeRequesting tells what must be known of the worker's age before it is
// said which schemes a duty is about; false where that is said, or the duty is over.
func (a *App) BeforeRequesting(s Store, dutyID string) (d domain.Duty, q domain.AgeQuestion, asked bool, err error) {
	if d, err = s.Peek(dutyID); err != nil || !d.Undetermined() {
		return d, q, false, err
	}
	r, err := a.Rules.Rule("SI-21", d.StartOn, d.Division)
	if err != nil {
		return d, q, false, err
	}
	q, err = domain.BeyondPensionAge(r, d.StartOn)
	return d, q, err == nil, err
}

// RequestEnrolment says which schemes a duty is about, and has the agency prepare
// the enrolment: all of them, or injury alone for a worker beyond the pension age
// (SI-24). Before the first day of that rule no duty was owed for such a worker;
// work that goes on after it brings the duty from that day.
func (a *App) RequestEnrolment(ctx context.Context, s Store, dutyID string, beyond bool) error {
	d, err := s.Duty(dutyID)
	if err != nil || !d.Undetermined() {
		return err
	}
	if !beyond {
		d, events := d.Request(domain.Schemes())
		return s.SaveDuty(ctx, d, events...)
	}
	on := clock.Today(a.Clock)
	if d.StartOn.After(on) {
		on = d.StartOn
	}
	r, err := a.Rules.Rule("SI-24", on, d.Division)
	if errors.Is(err, rule.ErrNotInForce) {
		d, events := d.Close("no_duty")
		return s.SaveDuty(ctx, d, events...)
	}
	if err != nil {
		return err
	}
	var reopened []domain.Event
	if d.StartOn.Before(r.EffectiveFrom) {
		dueOn, err := a.due(r.EffectiveFrom)
		if err != nil {
			return err
		}
		d, reopened = d.Reopen(dueOn)
		if err := s.CheckDutyAt(ctx, d.ID, d.DueOn.AddDays(1).Start()); err != nil {
			return err
		}
	}
	d, events := d.Request(domain.InjuryAlone())
	return s.SaveDuty(ctx, d, append(reopened, events...)...)
}

// due is the last day to enrol for work that began on a day.
func (a *App) due(start clock.Date) (clock.Date, error) {
	limit, err := a.Rules.Deadline("CLK-SI-ENROL", start)
	if err != nil {
		return clock.Date{}, err
	}
	return limit.From(start, a.Calendar)
}
