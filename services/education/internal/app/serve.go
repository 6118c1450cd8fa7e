package app

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// Serve enters, into the decision that a message tells of, the last day on which
// reconsideration can be asked for: it is counted from the day on which the
// message is known to have arrived. It reports whether the message is one of a
// decision; the others start clocks of their own.
func (a *App) Serve(ctx context.Context, s Store, template, applicationID string, at time.Time) (decision bool, err error) {
	on := clock.DateOf(at)
	r, err := a.Rules.Recourse(on, a.Calendar)
	if err != nil {
		return false, err
	}
	switch template {
	case "education.outcome.decided":
		e, err := s.LastEntry(applicationID)
		if errors.Is(err, domain.ErrEntryUnknown) {
			return true, nil
		}
		if err != nil {
			return true, err
		}
		if e, err = s.Entry(e.RoundID, applicationID); err != nil { // locked, and as it is now
			return true, err
		}
		all, changed, err := r.Served(e.Reasons, on)
		if err != nil || !changed {
			return true, err
		}
		e.Reasons = all
		return true, s.SaveEntry(ctx, e)
	case "education.appeal.decided":
		filed, err := s.AppealsOf(applicationID)
		if err != nil {
			return true, err
		}
		for _, seen := range filed {
			appeal, err := s.Appeal(seen.ID)
			if err != nil {
				return true, err
			}
			all, changed, err := r.Served(appeal.Reasons, on)
			if err != nil {
				return true, err
			}
			if !changed {
				continue
			}
			appeal.Reasons = all
			if err := s.SaveAppeal(ctx, appeal); err != nil {
				return true, err
			}
		}
		return true, nil
	}
	return false, nil
}
