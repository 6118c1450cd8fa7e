package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// AddSchool opens a school and reports whether it is new: imports repeat, and
// what is known already is left as it is.
func (a *App) AddSchool(ctx context.Context, s Store, school domain.School) (id string, added bool, err error) {
	if err := a.checkPlace(school.County, school.Township); err != nil {
		return "", false, err
	}
	if _, err := domain.ParseStage(string(school.Stage)); err != nil {
		return "", false, err
	}
	if _, err := domain.ParseKind(string(school.Kind)); err != nil {
		return "", false, err
	}
	p, err := auth.From(ctx)
	if err != nil {
		return "", false, err
	}
	if err := p.CoversDivision(school.County); err != nil {
		return "", false, err
	}
	school.ID = a.NewID()
	school, events, err := domain.OpenSchool(school)
	if err != nil {
		return "", false, err
	}
	return s.AddSchool(ctx, school, events...)
}

func (a *App) checkPlace(county, township string) error {
	if err := a.county(county); err != nil {
		return err
	}
	if township == "" {
		return nil
	}
	if t, ok := a.Tables.Township(township); !ok || t.County != county {
		return domain.ErrTownship
	}
	return nil
}
