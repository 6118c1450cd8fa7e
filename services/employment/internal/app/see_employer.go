package app

import (
	"context"
	"errors"
	"strings"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// SeeEmployer returns an employer, by its number or its credit code, to itself or to an
// officer of its county.
func (a *App) SeeEmployer(ctx context.Context, s Store, id string) (domain.Employer, error) {
	e, err := s.Employer(id)
	if errors.Is(err, domain.ErrEmployerUnknown) {
		known, found, err2 := s.EmployerByUSCC(strings.ToUpper(id))
		if found || err2 != nil {
			e, err = known, err2
		}
	}
	if err != nil {
		return e, err
	}
	if p, _ := auth.FromContext(ctx); p.Kind == auth.Service { // who keeps the accounts of employers' users
		return e, nil
	}
	return e, auth.Hide(MayManage(ctx, e, e.County), domain.ErrEmployerUnknown)
}
