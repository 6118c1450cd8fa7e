package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// ForgetEvidence drops the evidence of an application that needs it no more. One
// whose acceptance can still be undone keeps it: it may wait again, and no
// paper is asked twice.
func (a *App) ForgetEvidence(_ context.Context, s Store, applicationID string) error {
	application, err := s.Application(applicationID)
	if err != nil || application.WantsEvidence() {
		return err
	}
	if application.State == domain.Accepted {
		o, err := s.Offer(application.OfferID)
		if err != nil {
			return err
		}
		within, err := a.undoTime(o.County)
		if err != nil || o.Undoable(within, a.Clock.Now()) {
			return err
		}
	}
	return s.DropEvidence(applicationID)
}
