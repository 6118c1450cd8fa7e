package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// OwnChange is a case as its person sees it; To comes while it waits.
type OwnChange struct {
	Case domain.DocumentCase
	To   domain.Known
}

// DocumentChanges lists to the person what officers asked to change.
func (a *App) DocumentChanges(ctx context.Context, worker string) (all []OwnChange, err error) {
	if err := himself(ctx, worker); err != nil {
		return nil, err
	}
	var cases []domain.DocumentCase
	err = a.Data.View(ctx, func(s Store) (err error) {
		if _, err = s.PeekWorker(worker); err != nil {
			return err
		}
		cases, err = s.DocumentCasesOf(worker)
		return err
	})
	for _, c := range cases {
		one := OwnChange{Case: c}
		if c.State == domain.CaseOpen {
			k, err := a.Vault.Key(ctx, c.Worker)
			if err != nil {
				return nil, err
			}
			if _, one.To, err = openChange(k, c, clock.Today(a.Clock)); err != nil {
				return nil, err
			}
		}
		all = append(all, one)
	}
	return all, err
}
