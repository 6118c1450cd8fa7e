package app

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// Timeline shows the worker his life across departments, newest first; nobody
// else sees it (promise 5).
func (a *App) Timeline(ctx context.Context, s Store, worker string, before time.Time, limit int) ([]domain.Step, error) {
	if err := himself(ctx, worker); err != nil {
		return nil, err
	}
	mine, err := references(s, worker)
	if err != nil { // a page of nobody is no page
		return nil, err
	}
	return s.Steps(mine, before, page(limit))
}
