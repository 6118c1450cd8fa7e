package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// DeclineOffer is the worker's no. Only the offer learns of it; the application
// keeps its place in the queue.
func (a *App) DeclineOffer(ctx context.Context, s Store, offerID string) error {
	application, o, err := offered(s, offerID)
	if err != nil {
		return err
	}
	if _, err := auth.ActingFor(ctx, o.Worker); err != nil {
		return auth.Hide(err, domain.ErrOfferUnknown)
	}
	o, application, events, err := o.Decline(application, a.Clock.Now())
	if err != nil {
		return err
	}
	if err := s.SaveApplication(ctx, application); err != nil {
		return err
	}
	return s.SaveOffer(ctx, o, events...)
}
