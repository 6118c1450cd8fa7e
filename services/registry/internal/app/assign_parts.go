package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// AssignParts says whose each thing is that was recorded under two references.
func (a *App) AssignParts(ctx context.Context, s Store, id string, toAlias, toInto []string) error {
	p, err := a.reader(ctx, "")
	if err != nil {
		return err
	}
	c, _, err := knownCase(s, p, id, s.JoinCase)
	if err != nil {
		return err
	}
	var parts []domain.Part
	if c.Kind == domain.KindPart {
		if parts, err = a.parts(s, c); err != nil {
			return err
		}
	}
	if c, err = c.Assign(p.Subject, parts, toAlias, toInto); err != nil {
		return err
	}
	for _, w := range []string{c.Into.Worker, c.Alias.Worker} {
		if err := a.logRead(s, p, w, c.ID, kindRecorded); err != nil {
			return err
		}
	}
	return s.SaveJoinCase(ctx, c)
}
