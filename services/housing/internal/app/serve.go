package app

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// ServeDecision counts the time of the decision on an application.
func (a *App) ServeDecision(ctx context.Context, s Store, id string, at time.Time) error {
	return served(ctx, a, id, at, s.Application, domain.ErrApplicationUnknown, func(v *domain.Application) *[]rule.Trace { return &v.Reasons }, s.SaveApplication)
}

// ServeRenewal counts the time of the decision on a renewal.
func (a *App) ServeRenewal(ctx context.Context, s Store, id string, at time.Time) error {
	return served(ctx, a, id, at, s.Renewal, domain.ErrRenewalUnknown, func(v *domain.Renewal) *[]rule.Trace { return &v.Reasons }, s.SaveRenewal)
}

// ServeExit counts the times of the decision on an exit, to appeal it and to ask for
// reconsideration, and of the decision on an appeal.
func (a *App) ServeExit(ctx context.Context, s Store, id string, at time.Time) error {
	load := func(id string) (domain.Exit, error) {
		e, err := s.Exit(id)
		return e.Served(clock.DateOf(at)), err // a decision of both times has both from one message
	}
	return served(ctx, a, id, at, load, domain.ErrExitUnknown, func(v *domain.Exit) *[]rule.Trace { return &v.Reasons }, s.SaveExit)
}

// served enters, into the decision that a message tells of, the last day on which
// reconsideration can be asked for: it is counted from the day on which the
// message is known to have arrived. What there is no more needs none.
func served[T any](ctx context.Context, a *App, id string, at time.Time, load func(string) (T, error), unknown *errs.Error, reasons func(*T) *[]rule.Trace, save func(context.Context, T, ...domain.Event) error) error {
	v, err := load(id)
	if errors.Is(err, unknown) {
		return nil
	}
	if err != nil {
		return err
	}
	on := clock.DateOf(at)
	r, err := a.Rules.Recourse(on, a.Calendar)
	if err != nil {
		return err
	}
	all, changed, err := r.Served(*reasons(&v), on)
	if err != nil || !changed {
		return err
	}
	*reasons(&v) = all
	return save(ctx, v)
}
