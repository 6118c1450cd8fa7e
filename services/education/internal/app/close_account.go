package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// CloseAccount ends, where the child has no other guardian, the applications of a guardian that wait for a place or
// an answer, and the evidence of all goes. A place that was accepted is the
// child's and stays.
func (a *App) CloseAccount(ctx context.Context, s Store, worker string) error {
	all, err := s.ApplicationsOf(worker)
	if err != nil {
		return err
	}
	for _, seen := range all {
		application, err := s.Application(seen.ID)
		if err != nil {
			return err
		}
		others, err := s.Others(application.ID)
		if err != nil {
			return err
		}
		if len(others) > 0 && application.State != domain.Withdrawn { // it goes over to another guardian, with its place
			if err := s.DropEvidence(application.ID); err != nil {
				return err
			}
			if err := s.FollowAt(ctx, application.ChildID); err != nil {
				return err
			}
			continue
		}
		if application.WantsEvidence() {
			err = a.withdraw(ctx, s, application)
		} else if err = withdrawBetter(ctx, s, application.ID); err == nil {
			err = s.DropEvidence(application.ID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
