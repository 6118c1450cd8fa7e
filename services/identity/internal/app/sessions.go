package app

import (
	"context"
	"errors"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// own is the session of whoever asks. A principal that rests on no session has no
// devices, and no credentials; a program that was let in sees and changes none.
func (a *App) own(ctx context.Context) (one domain.Session, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return one, err
	}
	if p.Session == 0 {
		return one, domain.ErrSession
	}
	err = a.Data.Look(ctx, func(s Store) error {
		if one, err = s.SessionByNumber(p.Session); err != nil {
			return err
		}
		if one.Via == viaImport {
			return domain.ErrNoRight
		}
		return one.Live(a.Clock.Now())
	})
	return one, err
}

// Sessions lists where the caller is signed in, newest first.
func (a *App) Sessions(ctx context.Context) (own domain.Session, all []domain.Session, err error) {
	if own, err = a.own(ctx); err != nil {
		return own, nil, err
	}
	err = a.Data.Look(ctx, func(s Store) (err error) {
		all, err = s.LiveSessions(own.Account, a.Clock.Now())
		return err
	})
	return own, all, err
}

// EndSession ends one of the caller's own; another's is not there.
func (a *App) EndSession(s Store, own domain.Session, id string) error {
	one, err := s.Session(id)
	if err != nil {
		return err
	}
	all, err := s.LiveSessions(own.Account, a.Clock.Now()) // of both accounts, where two records were joined
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(of domain.Session) bool { return of.ID == one.ID }) {
		return domain.ErrSession
	}
	return a.end(s, domain.EndedBy, a.Clock.Now(), one)
}

// EndOthers ends all of the caller's own but the one that asks.
func (a *App) EndOthers(s Store, own domain.Session) (int, error) {
	return a.endAll(s, own.Account, own.Number, domain.EndedBy)
}

// ShutOut ends every session of an account, or of everybody but the one that asks.
func (a *App) ShutOut(s Store, own domain.Session, account string) (int, error) {
	if account != "" {
		if _, err := s.PeekAccount(account); err != nil {
			return 0, err
		}
		return a.endAll(s, account, own.Number, domain.ShutOut)
	}
	return a.shutOut(s, own.Number)
}

// ShutOutEverybody ends every session, by the word of who holds the platform's key.
func (a *App) ShutOutEverybody(s Store) (int, error) {
	n, err := a.shutOut(s, 0)
	if err != nil {
		return 0, err
	}
	return n, a.deny(s, domain.Denial{Kind: "operator", Service: service, Method: "ShutOutEverybody", Code: domain.ErrSession.Code})
}

func (a *App) shutOut(s Store, but int64) (int, error) {
	now := a.Clock.Now()
	n, ranges, err := s.EndAll(but, now)
	if err != nil {
		return 0, err
	}
	return n, errors.Join(s.Revoke(ranges, now), s.DropDevices(""))
}

// endAll ends the sessions of a person. Whoever signs in holds the account's lock: a sign-in
// that is under way is ended, or begins after.
func (a *App) endAll(s Store, account string, but int64, why string) (int, error) {
	now := a.Clock.Now()
	who, err := s.Account(account)
	if err != nil {
		return 0, err
	}
	if who.Kind == domain.Worker { // of both accounts, where two records were joined
		if _, err := s.AccountsOf(who.Subject); err != nil {
			return 0, err
		}
	}
	live, err := s.LiveSessions(account, now)
	if err != nil {
		return 0, err
	}
	var all []domain.Session
	for _, one := range live {
		if one.Number != but {
			all = append(all, one)
		}
	}
	return len(all), errors.Join(a.end(s, why, now, all...), s.DropDevices(account))
}
