package app

import (
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// FairProposals lists what the passes proposed to an application, newest first,
// and leaves out of it what a draw gives that is still being written.
func (a *App) FairProposals(s Store, application domain.FairApplication) (domain.FairApplication, []domain.FairProposal, error) {
	f, err := s.PeekFair(application.FairID)
	if err != nil {
		return application, nil, err
	}
	if f.Published() != nil {
		application.Outcome = domain.FairOutcome{}
		return application, nil, nil
	}
	proposals, err := s.ProposalsOf(application.ID)
	return application, proposals, err
}

// FairReasons explains the outcome of an application's last pass by the rules of
// the day on which it was drawn; none before the first pass. An employer's no to
// the newest proposal comes first.
func (a *App) FairReasons(application domain.FairApplication, proposals []domain.FairProposal) ([]rule.Trace, error) {
	o := application.Outcome
	if o.Pass == 0 {
		return nil, nil
	}
	rules, err := a.fairRules(o.On, application.Division)
	if err != nil {
		return nil, err
	}
	all, err := o.Traces(rules)
	if err != nil || len(proposals) == 0 || proposals[0].State != domain.ProposalPassedOver {
		return all, err
	}
	no, err := proposals[0].Trace(rules)
	return append([]rule.Trace{no}, all...), err
}

// ProveFairEntry gives the way from the worker's entry to the committed root.
func (a *App) ProveFairEntry(s Store, worker, fairID string) (root string, path []string, err error) {
	f, err := s.PeekFair(fairID)
	if err != nil {
		return "", nil, err
	}
	application, found, err := s.PeekFairApplicationOf(worker, fairID)
	if err != nil {
		return "", nil, err
	}
	if !found {
		return "", nil, domain.ErrFairApplicationUnknown
	}
	if f.State == domain.FairIsOpen || !application.Listed {
		return "", nil, domain.ErrFairState
	}
	lists, err := readFairLists(s, f)
	if err != nil {
		return "", nil, err
	}
	for i, e := range lists.Entries {
		if e.ApplicationID == application.ID {
			path, err = lists.List().Prove(i)
			return f.Root, path, err
		}
	}
	return "", nil, domain.ErrFairApplicationUnknown
}
