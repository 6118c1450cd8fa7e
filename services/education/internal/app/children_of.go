package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// mostChildren bounds how many children the registry is asked about at once.
const mostChildren = 20_000

// childrenOf lists the children of a round, and the application of each, for an
// officer of its county who is about to ask for likely doubles.
func (a *App) childrenOf(ctx context.Context, s Store, roundID string) (map[string]string, error) {
	r, err := s.PeekRound(roundID)
	if err != nil {
		return nil, err
	}
	if err := covers(ctx, r.County); err != nil {
		return nil, err
	}
	if r.State != domain.RoundIsOpen && r.State != domain.RoundIsClosed {
		return nil, domain.ErrRoundState.With("state", string(r.State))
	}
	entries, err := s.Entries(roundID)
	if err != nil {
		return nil, err
	}
	if len(entries) > mostChildren {
		return nil, domain.ErrDoublesMany
	}
	applications, err := s.PeekApplications(applicationsOf(entries))
	if err != nil {
		return nil, err
	}
	of := make(map[string]string, len(entries))
	for _, application := range applications {
		if application.State != domain.Withdrawn {
			of[application.ChildID] = application.ID
		}
	}
	return of, nil
}

func applicationsOf(entries []domain.Entry) []string {
	ids := make([]string, len(entries))
	for i, e := range entries {
		ids[i] = e.ApplicationID
	}
	return ids
}
