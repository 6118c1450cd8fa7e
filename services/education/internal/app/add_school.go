package app

import (
	"cmp"
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// Said is what became of what a form or a sheet says of a school.
type Said struct {
	ID, Outcome string
	Differs     []string // fields that say otherwise than the record and changed nothing
}

// AddSchool opens a school. What is known already is left as it is where the
// same is said again, and by an import corrected where nothing rests on it.
func (a *App) AddSchool(ctx context.Context, s Store, school domain.School) (said Said, err error) {
	if err := a.checkPlace(school.County, school.Township); err != nil {
		return said, err
	}
	if _, err := domain.ParseStage(string(school.Stage)); err != nil {
		return said, err
	}
	if _, err := domain.ParseKind(string(school.Kind)); err != nil {
		return said, err
	}
	p, err := auth.Covering(ctx, school.County)
	if err != nil {
		return said, err
	}
	school.ID = a.NewID()
	school, events, err := domain.OpenSchool(school)
	if err != nil {
		return said, err
	}
	r, err := a.Rules.Rule("ED-PLAUSIBLE", clock.Today(a.Clock), school.County)
	if err != nil {
		return said, err
	}
	if ok, err := r.Within("places", int64(school.Places)); err != nil || !ok {
		return said, cmp.Or(err, error(domain.ErrUnlikely))
	}
	id, added, err := s.AddSchool(ctx, school, events...)
	if added || err != nil {
		return Said{ID: id, Outcome: domain.Created}, err
	}
	known, err := s.School(id)
	if err != nil || p.Via != auth.ViaImport || known.Reference != "" && known.Reference == school.Reference {
		return Said{ID: id, Outcome: domain.Unchanged}, err
	}
	taken, err := s.Taken(id)
	if err != nil {
		return said, err
	}
	corrected, differs, changes := known.Correct(school, taken)
	if changes != nil {
		err = s.SaveSchool(ctx, corrected, changes...)
	}
	return Said{ID: id, Outcome: domain.Outcome(changes != nil, differs), Differs: differs}, err
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
