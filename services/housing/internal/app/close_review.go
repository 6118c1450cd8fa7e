package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// CloseReview records what a person found.
func (a *App) CloseReview(ctx context.Context, s Store, id, outcome string) error {
	r, err := s.Review(id)
	if err != nil {
		return err
	}
	if _, err := officer(ctx, r.County); err != nil {
		return auth.Hide(err, domain.ErrReviewUnknown)
	}
	r, events, err := r.Close(outcome)
	if err != nil {
		return err
	}
	return s.SaveReview(ctx, r, events...)
}
