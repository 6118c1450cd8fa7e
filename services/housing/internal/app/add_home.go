package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// AddHome lists a home and reports whether it is new: imports repeat, and what
// is known already is left as it is.
func (a *App) AddHome(ctx context.Context, s Store, h domain.Home) (id string, added bool, err error) {
	if err := a.county(h.County); err != nil {
		return "", false, err
	}
	p, err := auth.From(ctx)
	if err != nil {
		return "", false, err
	}
	if err := p.CoversDivision(h.County); err != nil {
		return "", false, err
	}
	h.ID = a.NewID()
	h, events, err := domain.ListHome(h)
	if err != nil {
		return "", false, err
	}
	return s.AddHome(ctx, h, events...)
}

func (a *App) county(code string) error {
	if _, ok := a.Tables.County(code); !ok {
		return domain.ErrCounty
	}
	return nil
}
