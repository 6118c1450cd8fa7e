package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// StartupRules reads what start-up help rests on today in a county.
func (a *App) StartupRules(county string) (domain.StartupRules, error) {
	var rows [2]rule.Rule
	if _, ok := a.Codes.County(county); !ok {
		return domain.StartupRules{}, domain.ErrCounty
	}
	for i, id := range []string{"EM-START", "EM-06"} {
		var err error
		if rows[i], err = a.Rules.Rule(id, a.today(), county); err != nil {
			return domain.StartupRules{}, err
		}
	}
	tax, ended, err := a.taxRules(county)
	if err != nil {
		return domain.StartupRules{}, err
	}
	r, err := domain.ReadStartupRules(rows[0], rows[1], tax.Group)
	r.Ended = ended
	return r, err
}

// StartupGuide gives the steps of a guide.
func (a *App) StartupGuide(county, guide string) ([]string, domain.StartupRules, error) {
	r, err := a.StartupRules(county)
	if err != nil {
		return nil, r, err
	}
	steps, ok := r.Guides[guide]
	if !ok {
		return nil, r, domain.ErrGuide
	}
	return steps, r, nil
}

// CheckTax says which tax reliefs fit what is declared. Nothing is kept.
func (a *App) CheckTax(county string, q domain.TaxQuestion) ([]rule.Trace, error) {
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
func (a *App) taxRules(county string) (rows domain.TaxRules, ended []rule.Trace, err error) {
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

// manages returns nil where the officer who calls may act in the county.
func (a *App) manages(ctx context.Context, county string) error {
	if _, ok := a.Codes.County(county); !ok {
		return domain.ErrCounty
	}
	_, err := fairOfficer(ctx, domain.Fair{FairPlan: domain.FairPlan{Division: county}})
	return err
}
