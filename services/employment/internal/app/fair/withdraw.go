package fair

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// Withdraw takes the worker out of a fair, with a proposal that is open.
// An interview that was accepted has its own application, which stands.
func (a *App) Withdraw(ctx context.Context, s Store, id string) error {
	seen, err := s.PeekApplication(id)
	if err != nil {
		return err
	}
	if _, err := auth.ActingFor(ctx, seen.Worker); err != nil {
		return auth.Hide(err, fair.ErrApplicationUnknown)
	}
	return withdraw(ctx, s, seen)
}

func withdraw(ctx context.Context, s Store, seen fair.Application) error {
	if _, err := s.Share(seen.FairID); err != nil {
		return err
	}
	application, err := s.Application(seen.ID) // of two by references that were joined since, this one
	if err != nil {
		return err
	}
	application, events, err := application.Withdraw()
	if err != nil {
		return err
	}
	if err := s.SaveApplication(ctx, application, events...); err != nil {
		return err
	}
	all, err := s.ProposalsOf(application.ID)
	if err != nil {
		return err
	}
	for _, x := range all {
		if x.State == answer.Open {
			return withdrawProposal(ctx, s, x.ID, answer.Open)
		}
	}
	return nil
}

// withdrawProposal ends a proposal with its application, and frees its seat,
// where it is still in the state that was seen.
func withdrawProposal(ctx context.Context, s Store, id string, seen answer.State) error {
	x, err := s.Proposal(id)
	if err != nil || x.State != seen {
		return err
	}
	p, err := s.Post(x.PostID)
	if err != nil {
		return err
	}
	before := p.Taken
	x, p, events := x.Withdraw(p)
	if len(events) == 0 {
		return nil
	}
	if p.Taken != before {
		if err := s.SavePost(ctx, p); err != nil {
			return err
		}
	}
	return s.SaveProposal(ctx, x, events...)
}
