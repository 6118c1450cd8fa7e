package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// DecideExit decides on a notice.
func (a *App) DecideExit(ctx context.Context, s Store, id string, leave bool, leaveBy clock.Date) (domain.Exit, error) {
	p, e, err := lockExit(ctx, s, id)
	if err != nil {
		return e, err
	}
	if died, err := s.Died(e.Worker); err != nil {
		return e, err
	} else if died && e.State == domain.ExitIsNoticed {
		return e, domain.ErrExitEarly // a silence that is nobody's decides nothing
	}
	rules, err := a.exitRules(e.County)
	if err != nil {
		return e, err
	}
	e, events, err := rules.Decide(e, leave, leaveBy, p.Subject, a.Clock.Now())
	if err != nil {
		return e, err
	}
	return e, s.SaveExit(ctx, e, events...)
}
