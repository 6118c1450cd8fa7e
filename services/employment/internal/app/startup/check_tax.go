package startup

import (
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/startup"
)

// CheckTax says which tax reliefs fit what is declared. Nothing is kept.
func (a *App) CheckTax(county string, q startup.TaxQuestion) ([]rule.Trace, error) {
	if _, ok := a.Codes.County(county); !ok {
		return nil, domain.ErrCounty
	}
	rows, ended, err := a.taxRules(county)
	if err != nil {
		return nil, err
	}
	all, err := rows.CheckTax(q, a.today())
	if err != nil {
		return nil, err
	}
	return append(all, ended...), nil
}

// taxRules reads the tax reliefs that are in force today in a county, and those
// that ended and of which nothing is announced that follows.
func (a *App) taxRules(county string) (rows startup.TaxRules, ended []rule.Trace, err error) {
	for _, one := range []struct {
		id   string
		into *rule.Rule
	}{{"EM-TAX-VAT", &rows.VAT}, {"EM-TAX-IND", &rows.Income}, {"EM-TAX-SIX", &rows.Six}, {"EM-TAX-GROUP", &rows.Group}} {
		if last, over := a.Rules.Ended(one.id, a.today(), county); over {
			t, err := last.NotAnnounced(a.today())
			if err != nil {
				return rows, nil, err
			}
			ended = append(ended, t)
			continue
		}
		if *one.into, err = a.Rules.Rule(one.id, a.today(), county); err != nil {
			return rows, nil, err
		}
	}
	return rows, ended, nil
}
