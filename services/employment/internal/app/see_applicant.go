package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// SeeApplicant shows an employer an applicant whose name it may be told: the
// worker has accepted an interview or an offer, and what it was told for is not over
// since longer than the rule's days. What is seen of the worker is
// written to the worker's access log.
func (a *App) SeeApplicant(ctx context.Context, s Store, applicationID string) (Applicant, error) {
	application, err := s.PeekApplication(applicationID)
	if err != nil {
		return Applicant{}, err
	}
	if err := auth.Hide(Owns(ctx, s, application.EmployerID), domain.ErrApplicationUnknown); err != nil {
		return Applicant{}, err
	}
	all, err := a.applicants(s, application)
	if err != nil {
		return Applicant{}, err
	}
	days, err := a.number("EM-NAME", "after_days", application.County)
	if err != nil {
		return Applicant{}, err
	}
	hires, err := s.HiresOf(application.Worker)
	if err != nil {
		return Applicant{}, err
	}
	if err := domain.NameOpen(application, all[0].Interview, hires, days, a.today()); err != nil {
		return Applicant{}, err
	}
	return all[0], a.looked(ctx, s, application.VacancyID, all[0])
}
