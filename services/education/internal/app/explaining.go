package app

import (
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// explaining is what the reasons of a pass rest on.
func (a *App) explaining(county string, pass int) (x domain.Explaining, err error) {
	today := clock.Today(a.Clock)
	if x.Order, err = a.Rules.Rule("ED-PRIORITY", today, county); err != nil {
		return x, err
	}
	if x.Compulsory, err = a.Rules.Rule("SC-01", today, county); err != nil {
		return x, err
	}
	if x.Recourse, err = a.Rules.Recourse(today, a.Calendar); err != nil {
		return x, err
	}
	if pass == 1 {
		days, err := a.number("ED-OFFER", "days", county)
		if err != nil {
			return x, err
		}
		x.NextPass = today.AddDays(days + 1) // when the first answers are in
	}
	x.ReviewBy, err = a.due(domain.ReviewDeadline)
	return x, err
}

// due is the last day of a time limit that begins today.
func (a *App) due(id string) (clock.Date, error) {
	today := clock.Today(a.Clock)
	d, err := a.Rules.Deadline(id, today)
	if err != nil {
		return clock.Date{}, err
	}
	return d.From(today, a.Calendar)
}
