package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// ReadIdentity shows an officer the name and the full document of a worker of his
// counties, to be typed into another system; the read is in the worker's log.
func (a *App) ReadIdentity(ctx context.Context, worker, caseID string) (name ident.Name, document ident.Document, err error) {
	var w domain.Worker
	err = a.Data.Change(ctx, func(s Store) error {
		p, err := a.reader(ctx, caseID)
		if err != nil {
			return err
		}
		if w, err = a.visible(s, p, worker); err != nil {
			return err
		}
		return a.logRead(s, p, worker, caseID, kindName, kindNumber)
	})
	if err != nil {
		return name, document, err
	}
	p, err := a.openWorker(ctx, w)
	return p.Name, p.Document, err
}
