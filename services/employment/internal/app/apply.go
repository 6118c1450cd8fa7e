package app

import (
	"context"
	"errors"
	"strconv"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// AgeQuestion is what must be asked of the registry before an application is
// sent: has the worker reached the age, on the day? No age: nothing to ask.
type AgeQuestion struct {
	Age int
	On  clock.Date
}

// BeforeApplying tells what must be known of the worker's age for a vacancy, to
// apply to it or to explain it.
// Work with hazards is for people of full age (EM-05); who is a young worker
// stands in EM-04.
func (a *App) BeforeApplying(ctx context.Context, s Store, worker, vacancyID string) (AgeQuestion, error) {
	if _, err := auth.ActingFor(ctx, worker); err != nil {
		return AgeQuestion{}, err
	}
	v, err := s.PeekVacancy(vacancyID)
	if err != nil || !v.Hazardous {
		return AgeQuestion{}, err
	}
	return a.fullAge(v.County)
}

// fullAge asks whether somebody is no young worker any more.
func (a *App) fullAge(county string) (AgeQuestion, error) {
	r, err := a.Rules.Rule("EM-04", a.today(), county)
	if err != nil {
		return AgeQuestion{}, err
	}
	young, err := r.Ints("young_worker")
	if err != nil {
		return AgeQuestion{}, err
	}
	return AgeQuestion{Age: young[len(young)-1], On: a.today()}, nil
}

// Apply sends the worker's application; reached is the answer to the question of
// BeforeApplying. Who applies twice has applied: the one that stands comes back.
func (a *App) Apply(ctx context.Context, s Store, id, worker, vacancyID string, q AgeQuestion, reached bool) (domain.Application, string, error) {
	none := domain.Application{}
	if _, err := auth.ActingFor(ctx, worker); err != nil {
		return none, "", err
	}
	if standing, found, err := s.PeekStanding(worker, vacancyID); err != nil || found {
		return standing, domain.Unchanged, err
	}
	v, err := s.PeekVacancy(vacancyID)
	if err != nil {
		return none, "", err
	}
	application, events, err := domain.Apply(id, worker, v, q.Age > 0 && reached, a.Clock.Now())
	if errors.Is(err, domain.ErrTooYoung) {
		err = a.TooYoung(q, v.County)
	}
	if err != nil {
		return none, "", err
	}
	return application, domain.Created, s.SaveApplication(ctx, application, events...)
}

// TooYoung is the refusal with the rule, its source and what would change it.
func (a *App) TooYoung(q AgeQuestion, county string) error {
	r, err := a.Rules.Rule("EM-05", a.today(), county)
	if err != nil {
		return err
	}
	return domain.ErrTooYoung.With("rule", r.ID).With("source", r.Source).With("min_age", strconv.Itoa(q.Age)).With("on", q.On.String())
}
