package fair

import "context"

// SeeApplicants shows an employer who applied to its post, by rank and then by
// number, with the certificates that each shares today. Each whom it sees for the
// first time finds that in the own access log.
func (a *App) SeeApplicants(ctx context.Context, s Store, fairID, vacancyID string) ([]Applicant, error) {
	if err := ownsPost(ctx, s, fairID, vacancyID); err != nil {
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
	for i, x := range all {
		all[i].Occupation, all[i].AvailableFrom = profiles[x.Worker].Occupation, profiles[x.Worker].AvailableFrom
		for _, q := range held[x.Worker] {
			if !q.Flagged {
				all[i].Certificates = append(all[i].Certificates, q.Occupation)
			}
		}
	}
	return all, s.Saw(ctx, fairID, vacancyID)
}
