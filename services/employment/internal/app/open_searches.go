package app

import "github.com/qiao-platform/qiao/services/employment/internal/domain"

// OpenSearches names and locks the cases of a worker for which evidence is held:
// the one job search, open while the worker has a profile.
func (a *App) OpenSearches(s Store, worker string) ([]string, error) {
	p, err := s.Profile(worker)
	if err != nil || p.Version == 0 || p.Closed {
		return nil, err
	}
	return []string{domain.ProfileCase(worker)}, nil
}
