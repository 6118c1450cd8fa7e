package app

import (
	"errors"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// scoring is the rules for points in force on a day in a county.
func (a *App) scoring(on clock.Date, county string) (sc domain.Scoring, err error) {
	if sc.Recourse, err = a.Rules.Recourse(on, a.Calendar); err != nil {
		return sc, err
	}
	if sc.Relief, err = a.Rules.Rule("HO-14", on, county); err != nil && !errors.Is(err, rule.ErrNotInForce) {
		return sc, err
	}
	return sc, a.rules(on, county, map[string]*rule.Rule{
		"HO-07": &sc.Head, "HO-PT-WORK": &sc.Work, "HO-PT-INSURANCE": &sc.Insurance, "HO-PT-AREA": &sc.Area, "HO-PT-WAIT": &sc.Wait,
	})
}

// rank orders a list as it stands today.
func (a *App) rank(s Store, county string, kind domain.Kind) (domain.Scoring, []domain.Standing, error) {
	today := a.today()
	sc, err := a.scoring(today, county)
	if err != nil {
		return sc, nil, err
	}
	all, err := s.Candidates(county, kind, today)
	if err != nil {
		return sc, nil, err
	}
	first, err := owed(s, county)
	if err != nil {
		return sc, nil, err
	}
	ranked, err := sc.Rank(all, first, today)
	return sc, ranked, err
}

// owed is the applications of a county that stand first.
func owed(s Store, county string) (map[string]bool, error) {
	all, err := s.Reliefs(county)
	out := make(map[string]bool, len(all))
	for _, f := range all {
		out[f.ApplicationID] = true
	}
	return out, err
}
