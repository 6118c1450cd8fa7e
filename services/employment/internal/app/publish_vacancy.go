package app

import (
	"context"
	"strings"

	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// Post is what a sheet or a form says of a vacancy, beside its plain terms.
type Post struct {
	domain.Terms
	USCC                 string
	EmployerID           string // instead of the code, where there is none
	SeasonFrom, SeasonTo string
}

// PublishVacancy publishes a vacancy, unless its terms or its words break EM-02
// to EM-05. A reference that the employer has used already changes nothing.
func (a *App) PublishVacancy(ctx context.Context, s Store, p Post) (id, outcome string, err error) {
	e, t, err := a.readPost(ctx, s, p)
	if err != nil {
		return "", "", err
	}
	if t.Reference != "" {
		var found bool
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
	danger, err := a.danger(t)
	if err != nil {
		return "", "", err
	}
	v, events := domain.Publish(a.NewID(), e, t, danger, a.Clock.Now())
	return v.ID, domain.Created, s.SaveVacancy(ctx, v, events...)
}

// readPost finds the employer of a post and checks its terms; only the words
// are not judged yet.
func (a *App) readPost(ctx context.Context, s Store, p Post) (e domain.Employer, t domain.Terms, err error) {
	if e, err = employerOf(s, p.EmployerID, p.USCC); err != nil {
		return e, t, err
	}
	t = p.Terms
	if err := a.checkPost(t.County, t.Occupation); err != nil {
		return e, t, err
	}
	if err := mayManage(ctx, e, t.County); err != nil {
		return e, t, err
	}
	if err := a.checkTownship(t.County, t.Township); err != nil {
		return e, t, err
	}
	for _, c := range t.Certificates {
		if a.checkOccupation(c.Occupation) != nil {
			return e, t, domain.ErrCertificate
		}
	}
	hazards, err := a.hazards(t.County)
	if err != nil {
		return e, t, err
	}
	if !hazards.Known(t.Hazards) {
		return e, t, domain.ErrHazards
	}
	if t.SeasonFrom, err = date(p.SeasonFrom, domain.ErrSeason); err != nil {
		return e, t, err
	}
	if t.SeasonTo, err = date(p.SeasonTo, domain.ErrSeason); err != nil {
		return e, t, err
	}
	t, err = t.Check()
	return e, t, err
}

// employerOf finds an employer by its id, else by its code.
func employerOf(s Store, id, uscc string) (domain.Employer, error) {
	if id != "" {
		return s.Employer(id)
	}
	code, _ := ident.NormaliseUSCC(uscc)
	e, found, err := s.EmployerByUSCC(code)
	if err == nil && !found {
		err = domain.ErrEmployerUnknown
	}
	return e, err
}

// checkTownship refuses a township that lies elsewhere; none is anywhere in the county.
func (a *App) checkTownship(county, township string) error {
	t, ok := a.Codes.Township(township)
	if township != "" && (!ok || t.NotResidential || t.County != county || !strings.HasPrefix(township, county)) {
		return domain.ErrTownship
	}
	return nil
}

// danger judges a post's hazards and the limits of the law that follow.
func (a *App) danger(t domain.Terms) (domain.Danger, error) {
	hazards, err := a.hazards(t.County)
	if err != nil {
		return domain.Danger{}, err
	}
	r, err := a.Rules.Rule("EM-UNDERGROUND", a.today(), t.County)
	if err != nil {
		return domain.Danger{}, err
	}
	mining, err := r.Strings("occupation_groups")
	return hazards.Of(t, mining), err
}
