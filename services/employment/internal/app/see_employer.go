package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// SeeEmployer returns an employer to itself or to an officer of its county.
func (a *App) SeeEmployer(ctx context.Context, s Store, id string) (domain.Employer, error) {
	e, err := s.Employer(id)
	if err != nil {
		return e, err
	}
	return e, auth.Hide(MayManage(ctx, e, e.County), domain.ErrEmployerUnknown)
}
