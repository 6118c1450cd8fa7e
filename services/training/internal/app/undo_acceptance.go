package app

import (
	"context"
	"time"
)

// UndoAcceptance takes back an acceptance that another gave. The worker is at the
// same number of the waiting list again, and the place goes to the next.
func (a *App) UndoAcceptance(ctx context.Context, s Store, enrolmentID string) error {
	_, c, e, err := ownPlace(ctx, s, enrolmentID)
	if err != nil {
		return err
	}
	hours, err := a.number("PR-UNDO", "hours", c.County)
	if err != nil {
		return err
	}
	c, e, events, err := c.Undo(e, time.Duration(hours)*time.Hour, a.Clock.Now())
	if err != nil {
		return err
	}
	return a.passOn(ctx, s, c, e, events)
}
