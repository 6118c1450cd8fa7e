package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// Named is what a worker is called.
type Named struct{ Worker, Name string }

// NameWorkers reads the names of workers for a list that two officers let out, and writes
// each read to its worker's log before any name is opened. Whom the reader's county does
// not cover, and who closed the account, is left out.
func (a *App) NameWorkers(ctx context.Context, workers []string, caseID string) (all []Named, err error) {
	var known []domain.Worker
	err = a.Data.Change(ctx, func(s Store) error {
		known = nil
		p, err := a.reader(ctx, caseID)
		if err != nil {
			return err
		}
		for _, id := range workers {
			w, err := a.visible(s, p, id)
			if k := errs.KindOf(err); err != nil && k != errs.Internal && k != errs.Unavailable {
				continue
			}
			if err == nil {
				err = a.logRead(s, p, id, caseID, kindName)
			}
			if err != nil {
				return err
			}
			known = append(known, w)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, w := range known {
		p, err := a.openWorker(ctx, w)
		if err != nil {
			return nil, err
		}
		all = append(all, Named{w.ID, p.Name.Reveal()})
	}
	return all, nil
}
