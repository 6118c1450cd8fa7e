package fair

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// PassOverProposal is a person's no at the employer, after the worker accepted
// an interview; the worker is told the ground. The seat is free for the next pass.
func (a *App) PassOverProposal(ctx context.Context, s Store, proposalID, reason string) error {
	seen, err := s.PeekProposal(proposalID)
	if err != nil {
		return err
	}
	if err := auth.Hide(app.Owns(ctx, s.Jobs(), seen.EmployerID), fair.ErrProposalUnknown); err != nil {
		return err
	}
	if seen.JobID == "" { // the employer is not told of what the worker has not accepted
		return fair.ErrProposalUnknown
	}
	job, err := s.Jobs().Application(seen.JobID)
	if err != nil {
		return err
	}
	x, p, err := lockProposal(s, seen)
	if err != nil {
		return err
	}
	rules, err := a.rules(a.today(), x.County)
	if err != nil {
		return err
	}
	x, p, events, err := x.PassOver(p, job, reason, rules, a.Clock.Now())
	if err != nil {
		return err
	}
	if err := s.SavePost(ctx, p); err != nil {
		return err
	}
	return s.SaveProposal(ctx, x, events...)
}
