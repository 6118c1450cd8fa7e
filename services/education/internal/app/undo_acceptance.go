package app

import (
	"context"
)

// UndoAcceptance takes back an acceptance that another gave. The application is
// back in the queue and wants evidence again.
func (a *App) UndoAcceptance(ctx context.Context, s Store, offerID string) error {
	_, o, application, err := answer(ctx, s, offerID)
	if err != nil {
		return err
	}
	within, err := a.undoTime(o.County)
	if err != nil {
		return err
	}
	o, events, err := o.Undo(within, a.Clock.Now())
	if err != nil {
		return err
	}
	if err := a.giveBack(ctx, s, application, o, events); err != nil {
		return err
	}
	return s.CollectEvidence(ctx, application) // it waits again
}
