package fair

import (
	"context"

	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// ListResults lists to the officers of the division what the passes gave, by
// number, and the mark of the next page, "" after the last.
func (a *App) ListResults(ctx context.Context, s Store, fairID, after string) (all []fair.Proposal, next string, err error) {
	f, err := s.Peek(fairID)
	if err != nil {
		return nil, "", err
	}
	if _, err := fairOfficer(ctx, f); err != nil {
		return nil, "", err
	}
	if err := f.Published(); err != nil {
		return nil, "", err
	}
	all, err = s.Results(fairID, after, page)
	if len(all) == page {
		next = all[page-1].ID
	}
	return all, next, err
}
