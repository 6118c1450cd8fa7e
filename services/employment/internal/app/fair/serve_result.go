package fair

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// ServeResult records when word of what a pass gave an application arrived: the days
// in which to have it looked at are counted from then.
func (a *App) ServeResult(ctx context.Context, s Store, applicationID string, at time.Time) error {
	seen, err := s.PeekApplication(applicationID)
	if errors.Is(err, fair.ErrApplicationUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := s.Share(seen.FairID); err != nil {
		return err
	}
	application, err := s.Application(applicationID)
	if err != nil {
		return err
	}
	application, now := application.Told(at)
	if !now {
		return nil
	}
	return s.SaveApplication(ctx, application)
}

// ServePassing does so for an employer's no.
func (a *App) ServePassing(ctx context.Context, s Store, proposalID string, at time.Time) error {
	return answer.Start(ctx, proposalID, at, s.Proposal, fair.ErrProposalUnknown, fair.Proposal.Told, s.SaveProposal, nil)
}
