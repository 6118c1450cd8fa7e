package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// ListEmployerVacancies lists an employer's own vacancies, newest first, the
// closed ones too.
func (a *App) ListEmployerVacancies(ctx context.Context, s Store, employerID string) ([]domain.Vacancy, error) {
	if _, err := a.SeeEmployer(ctx, s, employerID); err != nil {
		return nil, err
	}
	return s.VacanciesOf(employerID)
}
