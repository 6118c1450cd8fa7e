package fair

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// StartProposalClock starts a proposal's time to answer when its message is
// known to have arrived, which is word of why it is not a better one too.
func (a *App) StartProposalClock(ctx context.Context, s Store, proposalID string, delivered time.Time) error {
	seen, err := s.PeekProposal(proposalID)
	if errors.Is(err, fair.ErrProposalUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := a.ServeResult(ctx, s, seen.ApplicationID, delivered); err != nil {
		return err
	}
	return answer.Start(ctx, proposalID, delivered, s.Proposal, fair.ErrProposalUnknown, fair.Proposal.StartClock, s.SaveProposal,
		func(x fair.Proposal) error { return s.LapseProposalAt(ctx, x.ID, x.AnswerBy) })
}
