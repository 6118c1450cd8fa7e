package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// CancelRound ends a round that has no results: its seats are free again, and
// the families that filed are told why.
func (a *App) CancelRound(ctx context.Context, s Store, roundID, why string) error {
	_, r, err := round(ctx, s, roundID)
	if err != nil {
		return err
	}
	r, events, err := r.Cancel(why)
	if err != nil {
		return err
	}
	if err := s.SaveRound(ctx, r, events...); err != nil {
		return err
	}
	return notice(ctx, s, r, domain.NoticeCancelled)
}
