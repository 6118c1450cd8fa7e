package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// RefileKey files beside a person's key by what the person is found now.
func (a *App) RefileKey(ctx context.Context, worker string) error {
	var w domain.Worker
	err := a.Data.Look(ctx, func(s Store) (err error) {
		w, err = s.PeekAccount(worker)
		return err
	})
	if errors.Is(err, domain.ErrWorkerUnknown) || err == nil && w.Open() != nil {
		return nil // closed since
	}
	if err != nil {
		return err
	}
	return a.Vault.Refile(ctx, w.ID, w.DocumentIndex)
}
