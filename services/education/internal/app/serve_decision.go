package app

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// ServeDecision enters, into the decision that a message tells of, the last day on
// which reconsideration can be asked for: it is counted from the day on which the
// message is known to have arrived.
func (a *App) ServeDecision(ctx context.Context, s Store, applicationID string, at time.Time) error {
	e, err := s.LastEntry(applicationID)
	if errors.Is(err, domain.ErrEntryUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	if e, err = s.Entry(e.RoundID, applicationID); err != nil { // locked, and as it is now
		return err
	}
	all, changed, err := a.served(e.Reasons, at)
	if err != nil || !changed {
		return err
	}
	e.Reasons = all
	return s.SaveEntry(ctx, e)
}

func (a *App) served(reasons []rule.Trace, at time.Time) (all []rule.Trace, changed bool, err error) {
	on := clock.DateOf(at)
	r, err := a.Rules.Recourse(on, a.Calendar)
	if err != nil {
		return nil, false, err
	}
	return r.Served(reasons, on)
}
