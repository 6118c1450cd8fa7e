package app

import (
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// CheckExam says which of a county's conditions of the entrance examinations a
// family meets. Nothing of it is stored.
func (a *App) CheckExam(county string, stay domain.Stay) ([]rule.Trace, error) {
	if err := a.county(county); err != nil {
		return nil, err
	}
	local, err := a.rule("ED-EXAM", county)
	if err != nil {
		return nil, err
	}
	recourse, err := a.Rules.Recourse(clock.Today(a.Clock), a.Calendar)
	if err != nil {
		return nil, err
	}
	return domain.CheckExam(local, recourse, stay, clock.Today(a.Clock))
}

// rule reads a rule in force today in a county.
func (a *App) rule(id, county string) (rule.Rule, error) {
	return a.Rules.Rule(id, clock.Today(a.Clock), county)
}
