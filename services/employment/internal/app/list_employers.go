package app

import "github.com/qiao-platform/qiao/services/employment/internal/domain"

// ListEmployers names the firms among employers, for lists that hold their numbers
// alone. What everybody reads at a firm's vacancies is in it, and nothing of a household,
// whose name is a person's.
func (a *App) ListEmployers(s Store, ids []string) ([]domain.Employer, error) {
	all, err := s.Employers(ids)
	for i, e := range all {
		if e.Kind == domain.Household {
			all[i].Name = ""
		}
	}
	return all, err
}
