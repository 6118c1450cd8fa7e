package app

import (
	"context"
	"errors"
	"strings"

	"github.com/qiao-platform/qiao/pkg/auth"
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
// to EM-05 or the wage is below the minimum wage (CT-12); what is only a question
// of its wage comes back as notes. A reference that the employer has used already, or an open vacancy of
// the very same terms, changes nothing. By an import, a vacancy of the same
// employer, title, occupation, county and first day is the same: what the sheet
// says otherwise corrects it where nobody has applied to it. With only nothing
// will be kept, and an employer who is not there is what is found last.
func (a *App) PublishVacancy(ctx context.Context, s Store, p Post, only bool) (said Said, err error) {
	e, t, err := a.readPost(ctx, s, p)
	absent := only && errors.Is(err, domain.ErrEmployerUnknown)
	if absent {
		t, err = a.readTerms(ctx, domain.Employer{}, p)
	}
	if err != nil {
		return said, err
	}
	notes := a.WageNotes(t, e.Kind)
	if t.Reference != "" && !absent {
		if id, found, err := s.VacancyByReference(e.ID, t.Reference); err != nil || found {
			return Said{ID: id, Outcome: domain.Unchanged, Notes: notes}, err
		}
	}
	minAge, err := a.number("EM-04", "min_age", t.County)
	if err != nil {
		return said, err
	}
	if err := a.Phrases.Judge(a.today(), minAge, t.Title, t.Requirements); err != nil {
		return said, err
	}
	if absent {
		return said, domain.ErrEmployerUnknown
	}
	like, err := s.VacanciesLike(e.ID, t)
	if err != nil {
		return said, err
	}
	by, err := auth.FromContext(ctx)
	if err != nil {
		return said, err
	}
	for _, v := range like {
		if v.State == domain.VacancyIsOpen && v.Same(t) {
			return Said{ID: v.ID, Outcome: domain.Unchanged, Notes: notes}, nil
		}
	}
	if by.Via == auth.ViaImport && len(like) > 0 {
		said, err = a.correctVacancy(ctx, s, like[0], t)
		said.Notes = notes
		return said, err
	}
	danger, err := a.danger(t)
	if err != nil {
		return said, err
	}
	v, events := domain.Publish(a.NewID(), e, t, danger, a.Clock.Now())
	return Said{ID: v.ID, Outcome: domain.Created, Notes: notes}, s.SaveVacancy(ctx, v, events...)
}

// correctVacancy brings a known vacancy to what a sheet says now.
func (a *App) correctVacancy(ctx context.Context, s Store, known domain.Vacancy, t domain.Terms) (Said, error) {
	rests, err := s.Rests(known.ID)
	if err != nil {
		return Said{}, err
	}
	v, differs := known.Correct(t, rests)
	danger, err := a.danger(v.Terms)
	if err != nil {
		return Said{}, err
	}
	v, events := v.Corrected(known, danger)
	said := Said{ID: known.ID, Outcome: domain.Unchanged, Differs: differs}
	if len(differs) > 0 {
		said.Outcome = domain.Differs
	}
	if events == nil {
		return said, nil
	}
	said.Outcome = domain.Applied
	return said, s.SaveVacancy(ctx, v, events...)
}

// readPost finds the employer of a post and checks its terms; only the words
// are not judged yet.
func (a *App) readPost(ctx context.Context, s Store, p Post) (e domain.Employer, t domain.Terms, err error) {
	if e, err = employerOf(s, p.EmployerID, p.USCC); err != nil {
		return e, t, err
	}
	t, err = a.readTerms(ctx, e, p)
	return e, t, err
}

// readTerms checks what a post of an employer says.
func (a *App) readTerms(ctx context.Context, e domain.Employer, p Post) (t domain.Terms, err error) {
	t = p.Terms
	if err := a.checkPost(t.County, t.Occupation); err != nil {
		return t, err
	}
	if err := MayManage(ctx, e, t.County); err != nil {
		return t, err
	}
	if err := a.checkTownship(t.County, t.Township); err != nil {
		return t, err
	}
	for _, c := range t.Certificates {
		if a.checkOccupation(c.Occupation) != nil {
			return t, domain.ErrCertificate
		}
	}
	hazards, err := a.hazards(t.County)
	if err != nil {
		return t, err
	}
	if !hazards.Known(t.Hazards) {
		return t, domain.ErrHazards
	}
	if t.SeasonFrom, err = Date(p.SeasonFrom, domain.ErrSeason); err != nil {
		return t, err
	}
	if t.SeasonTo, err = Date(p.SeasonTo, domain.ErrSeason); err != nil {
		return t, err
	}
	if t, err = t.Check(); err != nil {
		return t, err
	}
	if err := a.plausible(t); err != nil {
		return t, err
	}
	_, err = a.judgeWage(t.County, e.Kind, t.WageUnit, t.WageMinFen)
	return t, err
}

// judgeWage compares a wage with the minimum wage that is in force today in a county.
func (a *App) judgeWage(county string, kind domain.EmployerKind, unit domain.WageUnit, fen int64) (notes []string, err error) {
	r, err := a.Rules.Rule("CT-12", a.today(), county)
	if err != nil {
		return nil, err
	}
	days, err := a.Rules.Rule("CT-22", a.today(), county)
	if err != nil {
		return nil, err
	}
	m, err := domain.ReadMinimumWage(r, days)
	if err != nil {
		return nil, err
	}
	return m.Judge(kind, unit, fen)
}

// WageNotes says what is to be known of a wage beside its amount. A post that
// was published before the minimum wage rose is shown with the note too.
func (a *App) WageNotes(t domain.Terms, kind domain.EmployerKind) []string {
	notes, err := a.judgeWage(t.County, kind, t.WageUnit, t.WageMinFen)
	if errors.Is(err, domain.ErrBelowMinimum) {
		return []string{domain.NoteBelowMinimum}
	}
	return notes
}

// plausible refuses what can only be a slip of the pen.
func (a *App) plausible(t domain.Terms) error {
	r, err := a.Rules.Rule("EM-PLAUSIBLE", a.today(), t.County)
	if err != nil {
		return err
	}
	few, err := r.Within("headcount", int64(t.Headcount))
	if err != nil {
		return err
	}
	low, err := r.Within(string(t.WageUnit), t.WageMinFen)
	if err != nil {
		return err
	}
	high, err := r.Within(string(t.WageUnit), t.WageMaxFen)
	switch {
	case err != nil:
		return err
	case !few:
		return domain.ErrManyPlaces
	case !low || !high:
		return domain.ErrWageUnlikely
	}
	return nil
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
