package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// KeepTyped keeps, sealed, what somebody had typed whose session ended or whose screen
// locked: the session's row says still whose it was. An account has few such, and the
// oldest give way.
func (a *App) KeepTyped(ctx context.Context, session, typed string) (secret string, err error) {
	p, err := a.policy()
	if err != nil {
		return "", err
	}
	now := a.Clock.Now()
	secret, hash := a.newSecret()
	return secret, a.Data.Change(ctx, func(s Store) error {
		one, err := s.SessionByHash(hashOf(session))
		if err != nil {
			return err
		}
		if now.After(one.Over().Add(p.Typed)) { // a cookie of long ago keeps nothing
			return domain.ErrSession
		}
		if err := s.DropTyped(one.Account, domain.MostTyped-1); err != nil {
			return err
		}
		return s.SaveFlow(domain.Flow{Hash: hash, Kind: domain.FlowTyped, Account: one.Account, Held: typed, Ends: now.Add(p.Typed)})
	})
}

// ReadTyped gives what was typed to the account that typed it, within a session of its
// own; to any other account there is nothing.
func (a *App) ReadTyped(ctx context.Context, session, secret string, forget bool) (typed string, err error) {
	now := a.Clock.Now()
	return typed, a.Data.Change(ctx, func(s Store) error {
		one, err := s.SessionByHash(hashOf(session))
		if err != nil {
			return err
		}
		if err := one.Live(now); err != nil {
			return err
		}
		f, err := a.flow(s, hashOf(secret), domain.FlowTyped)
		if err != nil {
			return err
		}
		if f.Account != one.Account {
			return domain.ErrFlow
		}
		if typed = f.Held; forget {
			_, err = s.DropFlow(f.Hash)
		}
		return err
	})
}
