package app

import "github.com/qiao-platform/qiao/services/education/internal/domain"

// Listed is a school with the places that are free.
type Listed struct {
	domain.School
	Free int
}

// CheckList checks what schools are asked for; a county and a stage are
// optional.
func (a *App) CheckList(county, stage string) error {
	if stage != "" {
		if _, err := domain.ParseStage(stage); err != nil {
			return err
		}
	}
	if county == "" {
		return nil
	}
	return a.county(county)
}

// ListSchools lists schools with their free places.
func (a *App) ListSchools(s Store, county, stage string) ([]Listed, error) {
	if err := a.CheckList(county, stage); err != nil {
		return nil, err
	}
	return s.Schools(county, domain.Stage(stage))
}

// PagesTag names the cached lists that a change in a county makes stale; "" is
// the lists of all counties.
func PagesTag(county string) string { return "schools:" + county }
