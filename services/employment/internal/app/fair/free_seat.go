package fair

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/answer"
)

// FreeSeat gives back the seat of a proposal whose application for the job
// was withdrawn.
func (a *App) FreeSeat(ctx context.Context, s Store, jobID string) error {
	x, found, err := s.PeekProposalOfJob(jobID)
	if err != nil || !found {
		return err
	}
	if _, err := s.Share(x.FairID); err != nil {
		return err
	}
	return withdrawProposal(ctx, s, x.ID, answer.Accepted)
}
