package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// OpenParting opens the case that a join is undone, or, without a join, that a
// record held two persons from the beginning: worker is that record, other the
// second person's. Both are told.
func (a *App) OpenParting(ctx context.Context, s Store, joinID, worker, other string, g domain.Grounds) (string, error) {
	p, err := a.reader(ctx, "")
	if err != nil {
		return "", err
	}
	if err := s.LockJoins(); err != nil {
		return "", err
	}
	var join domain.JoinCase
	var into, alias domain.Worker
	if joinID != "" {
		if join, _, err = knownCase(s, p, joinID, s.PeekJoinCase); err != nil {
			return "", err
		}
		if into, err = s.PeekAccount(join.Into.Worker); err == nil {
			alias, err = s.PeekAccount(join.Alias.Worker)
		}
	} else {
		if into, alias, err = both(s, worker, other); err == nil {
			_, _, err = domain.Pair(into, alias, seenBy(p))
		}
	}
	if err != nil {
		return "", err
	}
	c, err := domain.OpenPart(a.NewID(), join, into, alias, g, p.Subject, seenBy(p), a.Clock.Now())
	if err != nil {
		return "", err
	}
	return c.ID, a.openJoinCase(ctx, s, p, c, toldOfParting)
}
