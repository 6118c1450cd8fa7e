package app

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// Serve enters, into the decision that a message tells of, the last day on which
// reconsideration can be asked for: it is counted from the day on which the
// message is known to have arrived. It reports whether the message is one of a
// decision; the others start clocks of their own.
func (a *App) Serve(ctx context.Context, s Store, template, id string, at time.Time) (decision bool, err error) {
	on := clock.DateOf(at)
	r, err := a.Rules.Recourse(on, a.Calendar)
	if err != nil {
		return false, err
	}
	switch template {
	case "housing.eligibility.decided":
		application, err := s.Application(id)
		if errors.Is(err, domain.ErrApplicationUnknown) {
			return true, nil
		}
		if err != nil {
			return true, err
		}
		all, changed, err := r.Served(application.Reasons, on)
		if err != nil || !changed {
			return true, err
		}
		application.Reasons = all
		return true, s.SaveApplication(ctx, application)
	case "housing.renewal.decided":
		renewal, err := s.Renewal(id)
		if errors.Is(err, domain.ErrRenewalUnknown) {
			return true, nil
		}
		if err != nil {
			return true, err
		}
		all, changed, err := r.Served(renewal.Reasons, on)
		if err != nil || !changed {
			return true, err
		}
		renewal.Reasons = all
		return true, s.SaveRenewal(ctx, renewal)
	case "housing.exit.decided", "housing.exit.appeal_decided":
		exit, err := s.Exit(id)
		if errors.Is(err, domain.ErrExitUnknown) {
			return true, nil
		}
		if err != nil {
			return true, err
		}
		all, changed, err := r.Served(exit.Reasons, on)
		if err != nil || !changed {
			return true, err
		}
		exit.Reasons = all
		return true, s.SaveExit(ctx, exit)
	}
	return false, nil
}
