package app

import (
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// ListRounds lists rounds, the newest first; a county and a stage are optional.
func (a *App) ListRounds(s Store, county, stage string) ([]ShownRound, error) {
	if err := a.CheckList(county, stage); err != nil {
		return nil, err
	}
	all, err := s.Rounds(county, domain.Stage(stage))
	if err != nil {
		return nil, err
	}
	return a.showRounds(s, all...)
}
