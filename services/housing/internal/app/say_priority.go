package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// SayPriority takes the worker's word that his household is a relief household,
// or takes it back: in person, or at a counter of its county.
func (a *App) SayPriority(ctx context.Context, s Store, applicationID string, says bool) (domain.Priority, error) {
	application, err := ownApplication(ctx, s, applicationID)
	if err != nil {
		return domain.Priority{}, err
	}
	if _, err := mayRead(ctx, application.Worker, application.County); err != nil { // a counter of another county's is not asked
		return domain.Priority{}, err
	}
	application, events, err := application.SayPriority(says)
	if err != nil || len(events) == 0 {
		return application.Priority, err
	}
	return application.Priority, s.SaveApplication(ctx, application, events...)
}
