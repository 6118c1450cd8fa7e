package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// MakeOffer offers the employer's post to an applicant. The time to answer
// (EM-OFFER) starts only when the worker's message is known to have arrived. An
// offer below the minimum wage is refused whatever the post said.
func (a *App) MakeOffer(ctx context.Context, s Store, applicationID string, wageFen int64, startOn, endOn string) (id string, notes []string, err error) {
	application, err := s.Application(applicationID)
	if err != nil {
		return "", nil, err
	}
	if err := auth.Hide(Owns(ctx, s, application.EmployerID), domain.ErrApplicationUnknown); err != nil {
		return "", nil, err
	}
	if err := s.Reachable(application.Worker); err != nil {
		return "", nil, err
	}
	from, err := Date(startOn, domain.ErrTerm)
	if err != nil {
		return "", nil, err
	}
	to, err := Date(endOn, domain.ErrTerm)
	if err != nil {
		return "", nil, err
	}
	days, err := a.number("EM-OFFER", "days", application.County)
	if err != nil {
		return "", nil, err
	}
	v, err := s.PeekVacancy(application.VacancyID)
	if err != nil {
		return "", nil, err
	}
	e, err := s.Employer(application.EmployerID)
	if err != nil {
		return "", nil, err
	}
	if notes, err = a.judgeWage(application.County, e.Kind, v.WageUnit, wageFen); err != nil {
		return "", nil, err
	}
	application, o, events, err := application.MakeOffer(a.NewID(), v, wageFen, from, to, days, a.Clock.Now())
	if err != nil {
		return "", nil, err
	}
	if err := s.SaveApplication(ctx, application); err != nil {
		return "", nil, err
	}
	return o.ID, notes, s.SaveOffer(ctx, o, events...)
}

// Owns returns nil where the caller is the employer.
func Owns(ctx context.Context, s Store, employerID string) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	if p.Kind != auth.Employer {
		return auth.ErrNotYours
	}
	if p.Subject == employerID {
		return nil
	}
	e, err := s.Employer(employerID)
	if err != nil {
		return err
	}
	if !e.Is(p.Subject) {
		return auth.ErrNotYours
	}
	return nil
}
