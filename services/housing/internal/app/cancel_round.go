package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// CancelRound ends a round that has no results. Its homes are free again, and
// who was in it keeps the place in the list and is told why.
func (a *App) CancelRound(ctx context.Context, s Store, id, why string) error {
	r, err := lockRound(ctx, s, id)
	if err != nil {
		return err
	}
	offers, err := s.OffersOf(id)
	if err != nil {
		return err
	}
	r, events, err := r.Cancel(why, len(offers), a.today())
	if err != nil {
		return err
	}
	entries, err := s.Entries(id)
	if err != nil {
		return err
	}
	for _, seen := range entries {
		application, err := s.Application(seen.ApplicationID)
		if err != nil {
			return err
		}
		if err := s.SaveApplication(ctx, application, domain.RoundNoticed{RoundID: id, ApplicationID: application.ID, ReasonCode: why}); err != nil {
			return err
		}
	}
	return s.SaveRound(ctx, r, events...)
}
