package app

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// takeBack is how long what was accepted in another's name can be taken back.
const takeBack = 48 * time.Hour

// Accept holds what somebody accepted in another's name against the visits of that
// person, and raises one alarm for a day where many had not come.
func (a *App) Accept(ctx context.Context, all []domain.Accepted) error {
	p, err := a.policy()
	if err != nil {
		return err
	}
	return a.Data.Change(ctx, func(s Store) error {
		for _, one := range all {
			if now := a.Clock.Now(); one.At.After(now) || now.Sub(one.At) > time.Hour {
				one.At = now
			}
			one.Day = clock.DateOf(one.At)
			if err := a.accept(s, p, one); err != nil {
				return err
			}
		}
		return nil
	})
}

func (a *App) accept(s Store, p domain.Policy, one domain.Accepted) error {
	if one.TakenBack {
		all, err := s.AcceptedFor(one.Worker, one.At.Add(-takeBack))
		if err != nil {
			return err
		}
		for _, before := range all {
			before.TakenBack = true
			if err := s.SaveAccepted(before); err != nil {
				return err
			}
			if err := a.raise(s, p, before); err != nil {
				return err
			}
		}
		return nil
	}
	actor, found, err := s.AccountByLogin(one.Actor)
	if err != nil {
		return err
	}
	if found && one.Kind == domain.Officer {
		if one.Visited, err = s.VisitedAt(actor.ID, one.Worker, one.At, one.At.Add(-p.Visit)); err != nil {
			return err
		}
	}
	if err := s.SaveAccepted(one); err != nil {
		return err
	}
	return a.raise(s, p, one)
}

// raise makes the alarm of a day where there is none and enough of what was accepted
// is suspicious.
func (a *App) raise(s Store, p domain.Policy, of domain.Accepted) error {
	if !of.Suspicious() {
		return nil
	}
	workers, err := s.Suspicious(of.Day, of.Kind, of.Actor)
	if err != nil || len(workers) < p.Watch {
		return err
	}
	if had, err := s.HasAlarm(of.Day, of.Kind, of.Actor); err != nil || had {
		return err
	}
	reviewer, err := a.reviewerOf(s, of)
	if err != nil {
		return err
	}
	return s.SaveAlarm(domain.Alarm{ID: a.NewID(), Day: of.Day, Kind: of.Kind, Actor: of.Actor, Reviewer: reviewer, State: domain.AlarmOpen})
}

// reviewerOf names a reviewer who covers where the actor works, and is not the actor.
// Of a helper it is one who covers everything of the department of labour.
func (a *App) reviewerOf(s Store, of domain.Accepted) (string, error) {
	where := domain.Grants{{Department: "hrss", Division: domain.Everywhere}}
	who, found, err := s.AccountByLogin(of.Actor)
	if err != nil {
		return "", err
	}
	if found && of.Kind == domain.Officer {
		if where, err = s.Grants(who.ID); err != nil {
			return "", err
		}
	}
	for _, g := range where {
		all, err := s.Reviewers(g.Department)
		if err != nil {
			return "", err
		}
		for _, r := range all {
			if r.Account != who.ID && domain.Covers(r.Division, g.Division) {
				return r.Account, nil
			}
		}
	}
	return "", nil
}

// Alarms lists the open ones that are given to the caller, with the people for whom was
// accepted. What could be given to nobody is given away once there is a reviewer.
func (a *App) Alarms(ctx context.Context) (all []domain.Alarm, workers [][]string, err error) {
	own, err := a.own(ctx)
	if err != nil {
		return nil, nil, err
	}
	err = a.Data.Change(ctx, func(s Store) error {
		all, workers = nil, nil
		if err := a.giveAway(s); err != nil {
			return err
		}
		given, err := s.Alarms(own.Account)
		if err != nil {
			return err
		}
		for _, one := range given {
			who, err := s.Suspicious(one.Day, one.Kind, one.Actor)
			if err != nil {
				return err
			}
			all, workers = append(all, one), append(workers, who)
		}
		return nil
	})
	return all, workers, err
}

func (a *App) giveAway(s Store) error {
	waiting, err := s.Unreviewed()
	for _, one := range waiting {
		if err != nil {
			return err
		}
		if one.Reviewer, err = a.reviewerOf(s, domain.Accepted{Kind: one.Kind, Actor: one.Actor}); err == nil && one.Reviewer != "" {
			err = s.SaveAlarm(one)
		}
	}
	return err
}

// SettleAlarm says what came of an alarm that is given to the caller.
func (a *App) SettleAlarm(ctx context.Context, s Store, own domain.Session, id, outcome string) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	one, err := s.Alarm(id)
	if err != nil {
		return err
	}
	if one.Reviewer != own.Account || one.Actor == p.Subject {
		return domain.ErrAlarm
	}
	if one, err = one.Settle(outcome, a.Clock.Now()); err != nil {
		return err
	}
	return s.SaveAlarm(one)
}
