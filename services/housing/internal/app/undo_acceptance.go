package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// UndoAcceptance takes back an acceptance that another gave. The application
// it returns is at its place again and wants evidence again.
func (a *App) UndoAcceptance(ctx context.Context, s Store, offerID string) (domain.Application, error) {
	_, o, application, err := offerToAnswer(ctx, s, offerID)
	if err != nil {
		return application, err
	}
	within, err := a.undoTime(o.County)
	if err != nil {
		return application, err
	}
	o, events, err := o.Undo(within, a.Clock.Now())
	if err != nil {
		return application, err
	}
	return giveBack(ctx, s, application, o, events)
}
