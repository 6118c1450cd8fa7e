package fair

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// BeforeAccepting tells what must be known of the worker's age for the post
// that a proposal is about.
func (a *App) BeforeAccepting(ctx context.Context, s Store, proposalID string) (worker string, q app.AgeQuestion, err error) {
	x, err := s.PeekProposal(proposalID)
	if err != nil {
		return "", app.AgeQuestion{}, err
	}
	q, err = a.Jobs.BeforeApplying(ctx, s.Jobs(), x.Worker, x.VacancyID)
	return x.Worker, q, err
}

// AcceptProposal accepts an interview. The application for the job is sent with
// it, or the one that stands already is taken; from there the way is that of
// every application: the employer offers, and the worker accepts or not.
func (a *App) AcceptProposal(ctx context.Context, s Store, proposalID, jobID string, q app.AgeQuestion, reached bool) (string, error) {
	seen, err := s.PeekProposal(proposalID)
	if err != nil {
		return "", err
	}
	p, err := auth.ActingFor(ctx, seen.Worker)
	if err = auth.Hide(err, fair.ErrProposalUnknown); err != nil {
		return "", err
	}
	pending, err := s.Jobs().PendingApplications(seen.Worker)
	if err != nil {
		return "", err
	}
	x, post, err := lockProposal(s, seen)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(pending, func(job domain.Application) bool { return job.VacancyID == x.VacancyID })
	if i >= 0 {
		jobID = pending[i].ID
	}
	x, post, events, err := x.Accept(post, jobID, p.ActsHimself(x.Worker), a.Clock.Now())
	if err != nil {
		return "", err
	}
	if i < 0 {
		_, outcome, err := a.Jobs.Apply(ctx, s.Jobs(), jobID, x.Worker, x.VacancyID, q, reached)
		if err == nil && outcome != domain.Created { // one stands that led to the job: there is nothing left to meet for
			err = domain.ErrApplicationTwice
		}
		if err != nil {
			return "", err
		}
	}
	if err := s.SavePost(ctx, post); err != nil {
		return "", err
	}
	return jobID, s.SaveProposal(ctx, x, events...)
}

// lockProposal locks a proposal and its post, the fair shared before them. Nothing
// is answered of a draw that is still being written.
func lockProposal(s Store, seen fair.Proposal) (fair.Proposal, fair.Post, error) {
	f, err := s.Share(seen.FairID)
	if err == nil {
		err = f.Published()
	}
	if err != nil {
		return seen, fair.Post{}, err
	}
	x, err := s.Proposal(seen.ID)
	if err != nil {
		return x, fair.Post{}, err
	}
	p, err := s.Post(x.PostID)
	return x, p, err
}
