package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// AskClerk brings a refused text before a clerk. The same text of the same
// employer waits only once.
func (a *App) AskClerk(ctx context.Context, s Store, p Post) (id, outcome string, err error) {
	e, t, err := a.readPost(ctx, s, p)
	if err != nil {
		return "", "", err
	}
	findings, reasons, words, err := a.judge(t.County, t.Title, t.Requirements)
	if err != nil {
		return "", "", err
	}
	r, events, err := domain.Ask(a.NewID(), e, t, findings, reasons, words, a.Clock.Now())
	if err != nil {
		return "", "", err
	}
	if id, found, err := s.WaitingReview(e.ID, r.Digest); err != nil || found {
		return id, domain.Unchanged, err
	}
	return r.ID, domain.Created, s.SaveReview(ctx, r, events...)
}

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
