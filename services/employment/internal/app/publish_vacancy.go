package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// Post is what a sheet or a form says of a vacancy, beside its plain terms.
type Post struct {
	domain.Terms
	USCC                 string
	SeasonFrom, SeasonTo string
}

// PublishVacancy publishes a vacancy, unless its terms or its words break EM-02
// to EM-05. A reference that the employer has used already changes nothing.
func (a *App) PublishVacancy(ctx context.Context, s Store, p Post) (id, outcome string, err error) {
	code, _ := ident.NormaliseUSCC(p.USCC)
	e, found, err := s.EmployerByUSCC(code)
	if err != nil {
		return "", "", err
	}
	if !found {
		return "", "", domain.ErrEmployerUnknown
	}
	t := p.Terms
	if err := a.checkPost(t.County, t.Occupation); err != nil {
		return "", "", err
	}
	if err := mayManage(ctx, e, t.County); err != nil {
		return "", "", err
	}
	if t.SeasonFrom, err = date(p.SeasonFrom, domain.ErrSeason); err != nil {
		return "", "", err
	}
	if t.SeasonTo, err = date(p.SeasonTo, domain.ErrSeason); err != nil {
		return "", "", err
	}
	if t, err = t.Check(); err != nil {
		return "", "", err
	}
	if t.Reference != "" {
		if id, found, err = s.VacancyByReference(e.ID, t.Reference); err != nil || found {
			return id, domain.Unchanged, err
		}
	}
	minAge, err := a.number("EM-04", "min_age", t.County)
	if err != nil {
		return "", "", err
	}
	if err := a.Phrases.Judge(a.today(), minAge, t.Title, t.Requirements); err != nil {
		return "", "", err
	}
	hazards, err := a.hazards(t.County)
	if err != nil {
		return "", "", err
	}
	v, events := domain.Publish(a.NewID(), e, t, hazards.In(t.Occupation, t.Title, t.Requirements), a.Clock.Now())
	return v.ID, domain.Created, s.SaveVacancy(ctx, v, events...)
}
