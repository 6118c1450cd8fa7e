package app

import (
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

func (a *App) county(code string) error {
	if _, ok := a.Codes.County(code); !ok {
		return domain.ErrCounty
	}
	return nil
}

func (a *App) undoTime(county string) (time.Duration, error) {
	hours, err := a.number("PR-UNDO", "hours", county)
	return time.Duration(hours) * time.Hour, err
}

// rules reads rules in force on a day in a county.
func (a *App) rules(on clock.Date, county string, wanted map[string]*rule.Rule) (err error) {
	for id, r := range wanted {
		if *r, err = a.Rules.Rule(id, on, county); err != nil {
			return err
		}
	}
	return nil
}

// number reads a whole number of a rule in force today in a county.
func (a *App) number(id, parameter, county string) (int, error) {
	r, err := a.Rules.Rule(id, a.today(), county)
	if err != nil {
		return 0, err
	}
	return r.Int(parameter)
}

func (a *App) today() clock.Date { return clock.Today(a.Clock) }
