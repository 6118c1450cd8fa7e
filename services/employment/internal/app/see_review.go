package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// SeeReview shows a text before the clerks to its employer, or an officer of the county.
func (a *App) SeeReview(ctx context.Context, s Store, id string) (domain.Review, error) {
	r, err := s.PeekReview(id)
	if err != nil {
		return r, err
	}
	e, err := s.Employer(r.EmployerID)
	if err != nil {
		return r, err
	}
	return r, auth.Hide(MayManage(ctx, e, r.Terms.County), domain.ErrReviewUnknown)
}
