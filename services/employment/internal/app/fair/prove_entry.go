package fair

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// ProveEntry gives the way from the worker's entry to the committed root; of several
// entries, from that of an application.
func (a *App) ProveEntry(ctx context.Context, s Store, worker, fairID, applicationID string) (root string, path []string, err error) {
	if _, err := auth.ActingFor(ctx, worker); err != nil {
		return "", nil, err
	}
	f, err := s.Peek(fairID)
	if err != nil {
		return "", nil, err
	}
	application, found, err := s.PeekApplicationOf(worker, fairID)
	if err != nil {
		return "", nil, err
	}
	if found && applicationID != "" && applicationID != application.ID {
		application, found, err = further(s, worker, fairID, applicationID)
		if err != nil {
			return "", nil, err
		}
	}
	if !found {
		return "", nil, fair.ErrApplicationUnknown
	}
	if f.Root == "" || !application.Listed {
		return "", nil, fair.ErrState
	}
	lists, err := readLists(s, f)
	if err != nil {
		return "", nil, err
	}
	for i, e := range lists.Entries {
		if e.ApplicationID == application.ID {
			path, err = lists.List().Prove(i)
			return f.Root, path, err
		}
	}
	return "", nil, fair.ErrApplicationUnknown
}

func further(s Store, worker, fairID, id string) (fair.Application, bool, error) {
	all, err := s.FurtherApplicationsOf(worker, fairID)
	for _, application := range all {
		if application.ID == id {
			return application, true, err
		}
	}
	return fair.Application{}, false, err
}
