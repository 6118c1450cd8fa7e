package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// SettleLatePaper takes an officer's word of what came of an application that was received
// on paper before a round's list was fixed, and entered after it.
func (a *App) SettleLatePaper(ctx context.Context, s Store, applicationID, outcome string) error {
	application, err := lockApplication(ctx, s, applicationID)
	if err != nil {
		return err
	}
	var r domain.Round
	var corrections []domain.Correction
	if id := application.Paper.LateRound; id != "" {
		if r, err = s.PeekRound(id); err != nil {
			return err
		}
		if corrections, err = s.Corrections(id); err != nil {
			return err
		}
	}
	application, events, err := application.SettleLate(outcome, r, corrections)
	if err != nil {
		return err
	}
	return s.SaveApplication(ctx, application, events...)
}
