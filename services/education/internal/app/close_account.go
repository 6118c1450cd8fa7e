package app

import (
	"context"
	"slices"
	"strings"

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
	told, err := s.StandIns(worker)
	if err != nil {
		return err
	}
	for _, in := range told {
		if err := a.voidAll(ctx, s, in.Application); err != nil {
			return err
		}
		if err := s.DropStandIn(in.ID); err != nil {
			return err
		}
	}
	slices.SortFunc(all, func(x, y domain.Application) int { return strings.Compare(x.ID, y.ID) }) // as all who lock applications
	for _, seen := range all {
		application, err := s.Application(seen.ID)
		if err != nil {
			return err
		}
		others, err := s.Others(application.ID)
		if err != nil {
			return err
		}
		nobody, err := unkept(s, application)
		if err != nil {
			return err
		}
		if (len(others) > 0 || nobody) && application.State != domain.Withdrawn { // it goes over to another guardian, with its place
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

// childGone ends what is under way for a child whom the registry does not know any
// more, since the accounts of all its guardians were closed: one who closed soon before
// another one left it to the other. Those of an account that is open stay; they end
// when it is closed.
func (a *App) childGone(ctx context.Context, s Store, childID string) error {
	if err := s.LockKeepers([]string{childID}); err != nil { // as who closes an account: that first, then the applications
		return err
	}
	all, err := s.ApplicationsOfChild(childID)
	if err != nil {
		return err
	}
	gone := func(string, domain.Stage) (bool, error) { return true, nil }
	if err := a.endStandIns(ctx, s, []string{childID}, gone); err != nil {
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
