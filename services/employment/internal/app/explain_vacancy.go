package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// Explain says how one vacancy stands to the worker's wishes, with the
// conditions that come before any points.
func (a *App) Explain(ctx context.Context, s Store, worker, vacancyID string, q AgeQuestion, reached bool) (Suggestion, []rule.Trace, error) {
	if _, err := auth.ActingFor(ctx, worker); err != nil {
		return Suggestion{}, nil, err
	}
	w, err := a.seeker(s, worker)
	if err == nil {
		err = told(ctx, s, worker, w.Seeker)
	}
	if err != nil {
		return Suggestion{}, nil, err
	}
	v, err := s.PeekVacancy(vacancyID)
	if err != nil {
		return Suggestion{}, nil, err
	}
	c := domain.Conditions{Young: q.Age}
	for id, into := range map[string]*rule.Rule{"EM-CERT": &c.Certificate, "EM-DATES": &c.Dates, "EM-05": &c.Age} {
		if *into, err = a.Rules.Rule(id, a.today(), v.County); err != nil {
			return Suggestion{}, nil, err
		}
	}
	reasons, err := c.Check(w.Seeker, v, reached, a.today())
	return suggestion(w, v), reasons, err
}
