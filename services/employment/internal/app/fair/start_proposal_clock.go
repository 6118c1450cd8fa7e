package fair

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// StartProposalClock starts a proposal's time to answer when its message is
// known to have arrived.
func (a *App) StartProposalClock(ctx context.Context, s Store, proposalID string, delivered time.Time) error {
	x, err := s.Proposal(proposalID)
	if errors.Is(err, fair.ErrProposalUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	x, started := x.StartClock(delivered)
	if !started {
		return nil
	}
	if err := s.SaveProposal(ctx, x); err != nil {
		return err
	}
	return s.LapseProposalAt(ctx, x.ID, x.AnswerBy)
}
