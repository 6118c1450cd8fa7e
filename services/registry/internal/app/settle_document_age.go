package app

import (
	"context"
)

// SettleDocumentAge notes what an officer found of what rested on a wrong age.
func (a *App) SettleDocumentAge(ctx context.Context, s Store, id, outcome string) error {
	c, p, err := documentCase(ctx, s, id)
	if err != nil {
		return err
	}
	if c, err = c.SettleAge(p.Subject, outcome, a.Clock.Now()); err != nil {
		return err
	}
	return s.SaveDocumentCase(c)
}
