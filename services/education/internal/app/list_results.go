package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// mostResults bounds one page of results.
const mostResults = 200

// Result is an outcome by the application's number.
type Result struct {
	Entry domain.Entry
	State domain.ApplicationState
}

// ListResults lists a round's outcomes by application, for an officer of its
// county. It names nobody.
func (a *App) ListResults(ctx context.Context, s Store, roundID, after string, limit int) ([]Result, error) {
	r, err := s.PeekRound(roundID)
	if err != nil {
		return nil, err
	}
	if err := covers(ctx, r.County); err != nil {
		return nil, err
	}
	if r.Pass == 0 {
		return nil, nil
	}
	if limit <= 0 || limit > mostResults {
		limit = mostResults
	}
	entries, err := s.Results(roundID, after, limit)
	if err != nil {
		return nil, err
	}
	applications, err := s.PeekApplications(applicationsOf(entries))
	all := make([]Result, len(entries))
	for i, e := range entries {
		all[i] = Result{e, applications[e.ApplicationID].State}
	}
	return all, err
}
