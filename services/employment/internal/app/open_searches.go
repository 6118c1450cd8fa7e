package app

import "github.com/qiao-platform/qiao/services/employment/internal/domain"

// OpenSearches names and locks the cases of a worker for which evidence is held:
// the one job search, open while the worker has a profile. Who had two references
// may have one under each.
func (a *App) OpenSearches(s Store, worker string) ([]string, error) {
	all, err := s.Profiles(worker)
	var open []string
	for _, p := range all {
		if !p.Closed {
			open = append(open, domain.ProfileCase(p.Worker))
		}
	}
	return open, err
}
