package app

import (
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// CheckText says what the rules have against a vacancy's words, and keeps nothing.
func (a *App) CheckText(county, title, requirements string) (reasons []rule.Trace, words []string, err error) {
	if _, ok := a.Codes.County(county); !ok {
		return nil, nil, domain.ErrCounty
	}
	_, reasons, words, err = a.judge(county, title, requirements)
	return reasons, words, err
}

// judge finds what the rules of today have against a text.
func (a *App) judge(county, title, requirements string) (findings []domain.Finding, reasons []rule.Trace, words []string, err error) {
	minAge, err := a.number("EM-04", "min_age", county)
	if err != nil {
		return nil, nil, nil, err
	}
	findings = a.Phrases.Find(a.today(), minAge, title, requirements)
	reasons, words, err = domain.Explain(findings, a.today(), func(id string) (rule.Rule, error) { return a.Rules.Rule(id, a.today(), county) })
	return findings, reasons, words, err
}
