package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// NoteQualifications writes into the profile's history which shared
// certificates came, changed or left, and why. Which profile that is, its case says.
func (a *App) NoteQualifications(ctx context.Context, s Store, caseID, what string) error {
	worker := domain.ProfileOf(caseID)
	p, err := s.ProfileUnder(worker)
	if err != nil || p.Version == 0 {
		return err
	}
	noted, err := s.NotedQualifications(worker)
	if err != nil {
		return err
	}
	all, err := s.HeldQualifications(a.today(), worker)
	if err != nil {
		return err
	}
	held := all[worker]
	events := domain.Compare(noted, held, what)
	if len(events) == 0 {
		return nil
	}
	if err := s.NoteQualifications(worker, held); err != nil {
		return err
	}
	return s.SaveProfile(ctx, p, events...)
}
