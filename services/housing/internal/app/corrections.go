package app

import (
	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// published reads what was published of a round's draw; nil where nothing tied.
func published(r domain.Round) (*allocate.Published, error) {
	if r.Bundle == "" {
		return nil, nil
	}
	return allocate.ReadBundle([]byte(r.Bundle))
}

// mended works out a round as it should have been.
func (a *App) mended(s Store, r domain.Round, c domain.Correction, second string) (m domain.Mended, drawn *allocate.Published, err error) {
	if drawn, err = published(r); err != nil {
		return m, nil, err
	}
	entries, err := s.Entries(r.ID)
	if err != nil {
		return m, nil, err
	}
	workers := map[string]string{}
	for _, l := range c.Mends.Levels {
		application, err := s.PeekApplication(l.ApplicationID)
		if err != nil {
			return m, nil, domain.ErrCorrectionEntry.Because(err)
		}
		if application.County == r.County && application.Kind == r.Kind {
			workers[l.ApplicationID] = application.Worker
		}
	}
	m, err = c.Mend(r, entries, drawn, workers, second, a.today())
	return m, drawn, err
}
