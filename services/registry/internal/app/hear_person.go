package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// HearPerson records what the person of one of two records said at a counter of
// that record's county, with the paper that was shown. A no ends a join.
func (a *App) HearPerson(ctx context.Context, s Store, id, at, paper string, agrees bool) (string, error) {
	p, err := a.reader(ctx, "")
	if err != nil {
		return "", err
	}
	if err := s.LockJoins(); err != nil {
		return "", err
	}
	c, _, err := knownCase(s, p, id, s.JoinCase)
	if err != nil {
		return "", err
	}
	if side, ok := c.Side(at); ok && p.CoversDivision(side.County) != nil {
		return "", domain.ErrJoinCounty
	}
	if c, err = c.Hear(at, agrees, paper, p.Subject, a.Clock.Now()); err != nil {
		return "", err
	}
	side, _ := c.Side(at)
	return c.State, errors.Join(a.logRead(s, p, side.Worker, c.ID, kindRegistered), a.saveEnded(ctx, s, c))
}

// saveEnded saves a case, and tells both where it ended.
func (a *App) saveEnded(ctx context.Context, s Store, c domain.JoinCase) error {
	if err := s.SaveJoinCase(ctx, c); err != nil || c.State == domain.CaseOpen || c.State == domain.CaseApplied {
		return err
	}
	template := toldOfNoJoin
	if c.Kind == domain.KindPart {
		template = toldOfNoParting
	}
	return a.tellBoth(ctx, s, c, template)
}

// ObjectJoin takes the person's word against a case; the person is heard at once
// and by nobody else's leave.
func (a *App) ObjectJoin(ctx context.Context, s Store, id string) (string, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return "", err
	}
	if err := s.LockJoins(); err != nil {
		return "", err
	}
	c, err := s.JoinCase(id)
	if err != nil {
		return "", err
	}
	if !p.ActsHimself(c.Into.Worker) && !p.ActsHimself(c.Alias.Worker) {
		return "", domain.ErrJoinCaseUnknown // whether there is one is nobody else's business
	}
	if c, err = c.Object(a.Clock.Now()); err != nil {
		return "", err
	}
	return c.State, a.saveEnded(ctx, s, c)
}
