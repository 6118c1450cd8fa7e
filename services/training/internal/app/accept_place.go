package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// AcceptPlace takes an offered place; only the worker, or who acts for the
// worker, can. The place was counted as taken since the offer.
func (a *App) AcceptPlace(ctx context.Context, s Store, enrolmentID string) error {
	c, e, err := s.Place(enrolmentID)
	if err != nil {
		return err
	}
	if err := auth.Hide(mayActFor(ctx, e.Worker), domain.ErrEnrolmentUnknown); err != nil {
		return err
	}
	e, events, err := c.Accept(e, a.today())
	if err != nil {
		return err
	}
	return s.SaveEnrolment(ctx, e, events...)
}
