package fair

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// DeclineProposal is the worker's no. Only the proposal learns of it.
func (a *App) DeclineProposal(ctx context.Context, s Store, proposalID string) error {
	seen, err := s.PeekProposal(proposalID)
	if err != nil {
		return err
	}
	if _, err := auth.ActingFor(ctx, seen.Worker); err != nil {
		return auth.Hide(err, fair.ErrProposalUnknown)
	}
	x, _, err := lockProposal(s, seen)
	if err != nil {
		return err
	}
	x, events, err := x.Decline(a.Clock.Now())
	if err != nil {
		return err
	}
	return s.SaveProposal(ctx, x, events...)
}
