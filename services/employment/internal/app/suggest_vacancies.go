package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/match"
)

// Suggestion is a vacancy with what speaks for it.
type Suggestion struct {
	domain.Vacancy
	Points, Of int
	Factors    []domain.Factor
}

// Wanted is what a suggestion knows of a worker, by the rules of today.
type Wanted struct {
	Seeker  domain.Seeker
	Weights domain.Weights
	Rule    rule.Rule // EM-SUGGEST
}

// seeker reads what a suggestion may know of the worker.
func (a *App) seeker(s Store, worker string) (w Wanted, err error) {
	p, err := s.PeekProfile(worker)
	if err != nil {
		return w, err
	}
	held, err := s.HeldQualifications(a.today(), p.Worker)
	if err != nil {
		return w, err
	}
	w.Seeker = p.Seeker(held[p.Worker])
	if w.Rule, err = a.Rules.Rule("EM-SUGGEST", a.today(), p.County); err != nil {
		return w, err
	}
	days, err := a.Rules.Rule("EM-PAYDAYS", a.today(), p.County)
	if err != nil {
		return w, err
	}
	w.Weights, err = domain.ReadWeights(w.Rule, days)
	return w, err
}

// BeforeSuggesting finds the best vacancies as if the worker had the age that
// work with hazards asks for, and tells what must be known of the age: nothing
// where none of them has a hazard.
func (a *App) BeforeSuggesting(ctx context.Context, s Store, worker string, limit int) (w Wanted, hits []match.Hit, q AgeQuestion, err error) {
	if _, err := auth.ActingFor(ctx, worker); err != nil {
		return w, nil, q, err
	}
	if w, err = a.seeker(s, worker); err != nil {
		return w, nil, q, err
	}
	hits = a.Open.Top(a.query(w, true, limit))
	for _, h := range hits {
		if h.Hazardous {
			q, err = a.fullAge(w.Seeker.County)
			break
		}
	}
	return w, hits, q, err
}

// Suggest gives the best vacancies with their reasons. hits are those of
// BeforeSuggesting, reached the answer to its question.
func (a *App) Suggest(ctx context.Context, s Store, worker string, w Wanted, hits []match.Hit, q AgeQuestion, reached bool, limit int) ([]Suggestion, error) {
	if err := told(ctx, s, worker, w.Seeker); err != nil {
		return nil, err
	}
	ofAge := q.Age == 0 || reached
	if !ofAge {
		hits = a.Open.Top(a.query(w, false, limit))
	}
	ids := make([]string, len(hits))
	for i, h := range hits {
		ids[i] = h.ID
	}
	found, err := s.PeekVacancies(ids)
	if err != nil {
		return nil, err
	}
	var all []Suggestion
	for _, id := range ids {
		v := found[id]
		if v.Open() == 0 || v.Hazardous && !ofAge || len(w.Seeker.Missing(v.Certificates)) > 0 { // closed at this moment, for one
			continue
		}
		all = append(all, suggestion(w, v))
	}
	return all, nil
}

func suggestion(w Wanted, v domain.Vacancy) Suggestion {
	out := Suggestion{Vacancy: v}
	out.Points, out.Of, out.Factors = w.Weights.Score(w.Seeker, v)
	return out
}

func (a *App) query(w Wanted, ofAge bool, limit int) match.Query {
	if limit <= 0 {
		limit = searchPage
	}
	return match.Query{Seeker: w.Seeker, Weights: w.Weights, Today: a.today(), OfAge: ofAge, Limit: min(limit, searchPageMax)}
}
