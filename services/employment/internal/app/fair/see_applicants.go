package fair

import (
	"context"

	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// SeeApplicants shows an employer who applied to its post, by rank and then by
// number, with the certificates that each shares today. What is seen of a worker is
// written to the worker's access log, as that of a vacancy's queue is.
func (a *App) SeeApplicants(ctx context.Context, s Store, fairID, vacancyID string) ([]Applicant, error) {
	p, err := ownPost(ctx, s, fairID, vacancyID)
	if err != nil {
		return nil, err
	}
	all, err := s.Applicants(fairID, vacancyID)
	if err != nil {
		return nil, err
	}
	workers := make([]string, len(all))
	for i, x := range all {
		workers[i] = x.Worker
	}
	profiles, err := s.Jobs().PeekProfiles(workers)
	if err != nil {
		return nil, err
	}
	held, err := s.Jobs().HeldQualifications(a.today(), workers...)
	if err != nil {
		return nil, err
	}
	looks := make([]app.Look, len(all))
	for i, x := range all {
		all[i].Occupation, all[i].AvailableFrom = profiles[x.Worker].Occupation, profiles[x.Worker].AvailableFrom
		for _, q := range held[x.Worker] {
			if !q.Flagged {
				all[i].Certificates = append(all[i].Certificates, q.Occupation)
			}
		}
		seen := domain.Seeker{Occupation: all[i].Occupation, Certificates: all[i].Certificates, From: all[i].AvailableFrom}
		looks[i] = app.Look{ApplicationID: x.Number, Worker: x.Worker, EmployerID: p.EmployerID, County: p.County, Kinds: seen.Kinds()}
	}
	return all, s.Jobs().Looked(ctx, a.today(), vacancyID, looks)
}
