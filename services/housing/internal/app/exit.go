package app

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// exitRules is the rules of notices in force today in a county.
func (a *App) exitRules(county string) (r domain.ExitRules, err error) {
	today := clock.Today(a.Clock)
	if r.Recourse, err = a.Rules.Recourse(today, a.Calendar); err != nil {
		return r, err
	}
	return r, a.rules(today, county, map[string]*rule.Rule{"HO-04": &r.Grounds, "HO-EXIT": &r.Times})
}

// GiveNotice notices a tenant. Nothing ends by it.
func (a *App) GiveNotice(ctx context.Context, s Store, leaseID, ground string) (domain.Exit, error) {
	p, l, err := lockLease(ctx, s, leaseID)
	if err != nil {
		return domain.Exit{}, err
	}
	rules, err := a.exitRules(l.County)
	if err != nil {
		return domain.Exit{}, err
	}
	before, err := s.ExitsOf(leaseID)
	if err != nil {
		return domain.Exit{}, err
	}
	g, err := a.ledgerOf(s, l)
	if err != nil {
		return domain.Exit{}, err
	}
	e, events, err := rules.GiveNotice(a.NewID(), l, before, ground, p.Subject, g, clock.Today(a.Clock))
	if err != nil {
		return e, err
	}
	return e, s.SaveExit(ctx, e, events...)
}

// StartExitClock starts the time to answer a notice when its message arrived.
func (a *App) StartExitClock(ctx context.Context, s Store, id string, at time.Time) error {
	e, err := s.Exit(id)
	if errors.Is(err, domain.ErrExitUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	e, started := e.Delivered(at)
	if !started {
		return nil
	}
	return s.SaveExit(ctx, e)
}

// AnswerNotice records the tenant's answer.
func (a *App) AnswerNotice(ctx context.Context, s Store, id, answer string) error {
	return ownExit(ctx, s, id, func(e domain.Exit) (domain.Exit, []domain.Event, error) { return e.AnswerIt(answer) })
}

// AppealExit takes a decision to a third officer; the tenant stays meanwhile.
func (a *App) AppealExit(ctx context.Context, s Store, id string) error {
	return ownExit(ctx, s, id, func(e domain.Exit) (domain.Exit, []domain.Event, error) { return e.Appeal(clock.Today(a.Clock)) })
}

func ownExit(ctx context.Context, s Store, id string, act func(domain.Exit) (domain.Exit, []domain.Event, error)) error {
	e, err := s.Exit(id)
	if err != nil {
		return err
	}
	if err := auth.Hide(mayActFor(ctx, e.Worker), domain.ErrExitUnknown); err != nil {
		return err
	}
	e, events, err := act(e)
	if err != nil {
		return err
	}
	return s.SaveExit(ctx, e, events...)
}

// DecideExit decides on a notice.
func (a *App) DecideExit(ctx context.Context, s Store, id string, leave bool, leaveBy clock.Date) (domain.Exit, error) {
	e, err := s.Exit(id)
	if err != nil {
		return e, err
	}
	p, err := officer(ctx, e.County)
	if err = auth.Hide(err, domain.ErrExitUnknown); err != nil {
		return e, err
	}
	rules, err := a.exitRules(e.County)
	if err != nil {
		return e, err
	}
	e, events, err := rules.Decide(e, leave, leaveBy, p.Subject, a.Clock.Now())
	if err != nil {
		return e, err
	}
	return e, s.SaveExit(ctx, e, events...)
}

// DecideExitAppeal decides on an appeal.
func (a *App) DecideExitAppeal(ctx context.Context, s Store, id string, stays bool) error {
	e, err := s.Exit(id)
	if err != nil {
		return err
	}
	p, err := officer(ctx, e.County)
	if err = auth.Hide(err, domain.ErrExitUnknown); err != nil {
		return err
	}
	e, events, err := e.DecideAppeal(stays, p.Subject)
	if err != nil {
		return err
	}
	return s.SaveExit(ctx, e, events...)
}

// RecordLeft records that a tenant left by a decision that stands.
func (a *App) RecordLeft(ctx context.Context, s Store, id string, on clock.Date) error {
	seen, err := s.PeekExit(id)
	if err != nil {
		return err
	}
	_, l, err := lockLease(ctx, s, seen.LeaseID)
	if err != nil {
		return err
	}
	e, err := s.Exit(id)
	if err != nil {
		return err
	}
	if e, err = e.Leave(clock.Today(a.Clock)); err != nil {
		return err
	}
	if err := s.SaveExit(ctx, e); err != nil {
		return err
	}
	return a.leave(ctx, s, l, on)
}
