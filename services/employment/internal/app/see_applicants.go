package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// Applicant is an application with what its employer may see of the worker.
type Applicant struct {
	domain.Application
	Interview      domain.Interview // the newest
	Profile        domain.Profile
	Qualifications []domain.Qualification
}

// Look is what an employer sees of a worker by an application, for a job or to a fair.
type Look struct {
	ApplicationID, Worker, EmployerID, County string
	Kinds                                     []string
}

// SeeApplicants shows an employer the queue of its vacancy. What is seen of a
// worker is written to the worker's access log.
func (a *App) SeeApplicants(ctx context.Context, s Store, vacancyID string) ([]Applicant, error) {
	v, err := s.PeekVacancy(vacancyID)
	if err != nil {
		return nil, err
	}
	if err := Owns(ctx, s, v.EmployerID); err != nil {
		return nil, err
	}
	queue, err := s.Applicants(vacancyID)
	if err != nil {
		return nil, err
	}
	all, err := a.applicants(s, queue...)
	if err != nil {
		return nil, err
	}
	return all, a.looked(ctx, s, vacancyID, all...)
}

// looked writes to each worker's access log what an employer sees of the worker.
// Of the wishes it sees when the worker is free.
func (a *App) looked(ctx context.Context, s Store, vacancyID string, all ...Applicant) error {
	looks := make([]Look, len(all))
	for i, x := range all {
		seen := x.Profile.Seeker(x.Qualifications)
		seen.Occupation = ""
		looks[i] = Look{x.ID, x.Worker, x.EmployerID, x.County, seen.Kinds()}
	}
	return s.Looked(ctx, a.today(), vacancyID, looks)
}

// applicants finds what employers see of workers by their applications. One can
// apply without a profile.
func (a *App) applicants(s Store, queue ...domain.Application) ([]Applicant, error) {
	ids, workers := make([]string, len(queue)), make([]string, len(queue))
	for i, x := range queue {
		ids[i], workers[i] = x.ID, x.Worker
	}
	interviews, err := s.InterviewsAt(ids)
	if err != nil {
		return nil, err
	}
	profiles, err := s.PeekProfiles(workers)
	if err != nil {
		return nil, err
	}
	held, err := s.HeldQualifications(a.today(), workers...)
	all := make([]Applicant, len(queue))
	for i, x := range queue {
		all[i] = Applicant{x, interviews[x.ID].At(a.Clock.Now()), profiles[x.Worker], held[x.Worker]}
	}
	return all, err
}
