package startup

import (
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/startup"
)

// rules reads what start-up help rests on today in a county.
func (a *App) rules(county string) (startup.Rules, error) {
	var rows [2]rule.Rule
	if _, ok := a.Codes.County(county); !ok {
		return startup.Rules{}, domain.ErrCounty
	}
	for i, id := range []string{"EM-START", "EM-06"} {
		var err error
		if rows[i], err = a.Rules.Rule(id, a.today(), county); err != nil {
			return startup.Rules{}, err
		}
	}
	tax, ended, err := a.taxRules(county)
	if err != nil {
		return startup.Rules{}, err
	}
	r, err := startup.ReadRules(rows[0], rows[1], tax.Group)
	r.Ended = ended
	return r, err
}

// Guide gives the steps of a guide.
func (a *App) Guide(county, guide string) ([]string, startup.Rules, error) {
	r, err := a.rules(county)
	if err != nil {
		return nil, r, err
	}
	steps, ok := r.Guides[guide]
	if !ok {
		return nil, r, startup.ErrGuide
	}
	return steps, r, nil
}
