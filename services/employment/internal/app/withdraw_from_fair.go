package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// WithdrawFromFair takes the worker out of a fair, with a proposal that is open.
// An interview that was accepted has its own application, which stands.
func (a *App) WithdrawFromFair(ctx context.Context, s Store, id string) error {
	seen, err := s.PeekFairApplication(id)
	if err != nil {
		return err
	}
	if _, err := actingFor(ctx, seen.Worker); err != nil {
		return auth.Hide(err, domain.ErrFairApplicationUnknown)
	}
	return withdrawFromFair(ctx, s, seen)
}

func withdrawFromFair(ctx context.Context, s Store, seen domain.FairApplication) error {
	if _, err := s.ShareFair(seen.FairID); err != nil {
		return err
	}
	application, _, err := s.FairApplicationOf(seen.Worker, seen.FairID)
	if err != nil {
		return err
	}
	application, events, err := application.Withdraw()
	if err != nil {
		return err
	}
	if err := s.SaveFairApplication(ctx, application, events...); err != nil {
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
	x, err := s.FairProposal(id)
	if err != nil || x.State != seen {
		return err
	}
	p, err := s.FairPost(x.PostID)
	if err != nil {
		return err
	}
	before := p.Taken
	x, p, events := x.Withdraw(p)
	if len(events) == 0 {
		return nil
	}
	if p.Taken != before {
		if err := s.SaveFairPost(ctx, p); err != nil {
			return err
		}
	}
	return s.SaveFairProposal(ctx, x, events...)
}

// freeFairSeat gives back the seat of a proposal whose application for the job
// was withdrawn.
func freeFairSeat(ctx context.Context, s Store, jobID string) error {
	x, found, err := s.PeekProposalOfJob(jobID)
	if err != nil || !found {
		return err
	}
	if _, err := s.ShareFair(x.FairID); err != nil {
		return err
	}
	return withdrawProposal(ctx, s, x.ID, answer.Accepted)
}
