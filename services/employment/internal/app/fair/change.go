package fair

import (
	"cmp"
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

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
	return a.tell(ctx, s, f, events)
}
