package fair

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// Seen is an application to a fair as its worker sees it.
type Seen struct {
	fair.Application
	Vacancies []domain.Vacancy // those wished for, most wanted first
	Proposals []fair.Proposal  // newest first
	Reasons   []rule.Trace     // why the newest is not a better one
	Further   []Seen           // of a person who was registered twice
}

// SeeApplication shows the worker the own wishes and what became of them; it
// reports false where the worker has not applied. Who was registered twice and
// applied by each record sees what becomes of each.
func (a *App) SeeApplication(ctx context.Context, s Store, worker, fairID string) (x Seen, found bool, err error) {
	if _, err := auth.ActingFor(ctx, worker); err != nil {
		return x, false, err
	}
	first, found, err := s.PeekApplicationOf(worker, fairID)
	if err != nil || !found {
		return x, found, err
	}
	if x, err = a.see(s, first); err != nil {
		return x, false, err
	}
	further, err := s.FurtherApplicationsOf(worker, fairID)
	if err != nil {
		return x, false, err
	}
	for _, application := range further {
		one, err := a.see(s, application)
		if err != nil {
			return x, false, err
		}
		x.Further = append(x.Further, one)
	}
	return x, true, nil
}

// see reads what an application wished for and what became of it.
func (a *App) see(s Store, application fair.Application) (x Seen, err error) {
	x.Application = application
	known, err := s.Jobs().PeekVacancies(x.Wishes)
	if err != nil {
		return x, err
	}
	for _, id := range x.Wishes {
		x.Vacancies = append(x.Vacancies, known[id])
	}
	if x.Application, x.Proposals, err = a.proposals(s, x.Application); err != nil {
		return x, err
	}
	x.Reasons, err = a.reasons(x.Application, x.Proposals)
	return x, err
}

// proposals lists what the passes proposed to an application, newest first,
// and leaves out of it what a draw gives that is still being written.
func (a *App) proposals(s Store, application fair.Application) (fair.Application, []fair.Proposal, error) {
	f, err := s.Peek(application.FairID)
	if err != nil {
		return application, nil, err
	}
	if f.Published() != nil {
		application.Outcome = fair.Outcome{}
		return application, nil, nil
	}
	proposals, err := s.ProposalsOf(application.ID)
	return application, proposals, err
}

// reasons explains the outcome of an application's last pass by the rules of
// the day on which it was drawn; none before the first pass. An employer's no to
// the newest proposal comes first.
func (a *App) reasons(application fair.Application, proposals []fair.Proposal) ([]rule.Trace, error) {
	o := application.Outcome
	if o.Pass == 0 {
		return nil, nil
	}
	rules, err := a.rules(o.On, application.Division)
	if err != nil {
		return nil, err
	}
	all, err := o.Traces(rules, application.ToldAt)
	if err != nil || len(proposals) == 0 || proposals[0].State != fair.PassedOver {
		return all, err
	}
	no, err := proposals[0].Trace(rules)
	return append([]rule.Trace{no}, all...), err
}
