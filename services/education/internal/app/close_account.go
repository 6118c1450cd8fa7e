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
		if err := a.endWith(ctx, s, application); err != nil {
			return err
		}
	}
	return nil
}

// endWith ends an application with the account of its last guardian.
func (a *App) endWith(ctx context.Context, s Store, application domain.Application) error {
	if application.WantsEvidence() {
		return a.withdraw(ctx, s, application)
	}
	if err := withdrawBetter(ctx, s, application.ID); err != nil {
		return err
	}
	return s.DropEvidence(application.ID)
}

// ChildGone ends what is under way for a child whom the registry does not know any
// more, since the accounts of all its guardians were closed: one who closed soon before
// another one left it to the other. Those of an account that is open stay; they end
// when it is closed.
func (a *App) ChildGone(ctx context.Context, s Store, childID string) error {
	all, err := s.ApplicationsOfChild(childID)
	if err != nil {
		return err
	}
	for _, application := range all {
		closed, err := s.Closed(application.Worker)
		if err != nil {
			return err
		}
		if !closed {
			continue
		}
		if err := a.endWith(ctx, s, application); err != nil {
			return err
		}
	}
	return nil
}
