package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// ChildrenOf lists the children of whom a person is or is to be a guardian, to an officer
// who may work on them; of the others it says how many there are. The person is one of
// the officer's counties, and reads the look in the own log.
func (a *App) ChildrenOf(ctx context.Context, worker, caseID string) (all []domain.Guardian, elsewhere int, err error) {
	p, err := a.reader(ctx, caseID)
	if err != nil {
		return nil, 0, err
	}
	err = a.Data.Change(ctx, func(s Store) error {
		all, elsewhere = nil, 0
		if _, err := a.visible(s, p, worker); err != nil {
			return err
		}
		parts, err := s.GuardianRows(worker)
		if err != nil {
			return err
		}
		for _, own := range parts {
			if !own.Stands() {
				continue
			}
			c, err := s.PeekChild(own.Child)
			if err != nil {
				return err
			}
			if a.officerOf(p, c.County) != nil {
				elsewhere++
				continue
			}
			all = append(all, own)
		}
		return a.logRead(s, p, worker, caseID, kindChild)
	})
	return all, elsewhere, err
}
