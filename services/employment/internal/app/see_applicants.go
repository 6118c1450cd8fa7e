package app

import "context"

// MaySeeApplicants returns nil where the caller is the employer of the vacancy.
func (a *App) MaySeeApplicants(ctx context.Context, s Store, vacancyID string) error {
	v, err := s.PeekVacancy(vacancyID)
	if err != nil {
		return err
	}
	return owns(ctx, s, v.EmployerID)
}
