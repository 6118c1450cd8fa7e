package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// StartupRules reads what start-up help rests on today in a county.
func (a *App) StartupRules(county string) (domain.StartupRules, error) {
	var rows [3]rule.Rule
	if _, ok := a.Codes.County(county); !ok {
		return domain.StartupRules{}, domain.ErrCounty
	}
	for i, id := range []string{"EM-START", "EM-06", "EM-TAX-GROUP"} {
		var err error
		if rows[i], err = a.Rules.Rule(id, a.today(), county); err != nil {
			return domain.StartupRules{}, err
		}
	}
	return domain.ReadStartupRules(rows[0], rows[1], rows[2])
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
	var rows domain.TaxRules
	for id, into := range map[string]*rule.Rule{"EM-TAX-VAT": &rows.VAT, "EM-TAX-IND": &rows.Income, "EM-TAX-SIX": &rows.Six, "EM-TAX-GROUP": &rows.Group} {
		var err error
		if *into, err = a.Rules.Rule(id, a.today(), county); err != nil {
			return nil, err
		}
	}
	return rows.CheckTax(q, a.today())
}

// manages returns nil where the officer who calls may act in the county.
func (a *App) manages(ctx context.Context, county string) error {
	if _, ok := a.Codes.County(county); !ok {
		return domain.ErrCounty
	}
	_, err := fairOfficer(ctx, domain.Fair{FairPlan: domain.FairPlan{Division: county}})
	return err
}
