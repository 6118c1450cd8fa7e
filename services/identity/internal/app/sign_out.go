package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// SignOut ends a session, whatever its state; one that is over is no error.
func (a *App) SignOut(ctx context.Context, secret string) error {
	return a.announced(a.Data.Change(ctx, func(s Store) error {
		one, err := s.SessionByHash(hashOf(secret))
		if err != nil {
			return err
		}
		return a.end(s, domain.SignedOut, a.Clock.Now(), one)
	}))
}

// Lock shuts the screen of a session: nothing is exchanged for it until Reopen. What
// was given out before is over at once too, so the session gets a new number.
func (a *App) Lock(ctx context.Context, secret string) error {
	return a.announced(a.Data.Change(ctx, func(s Store) error {
		one, err := s.SessionByHash(hashOf(secret))
		if err != nil {
			return err
		}
		if err := one.Live(a.Clock.Now()); err != nil {
			return err
		}
		if err := s.Revoke([]domain.Range{{First: one.Number, Last: one.Number}}, a.Clock.Now()); err != nil {
			return err
		}
		one.Locked = true
		return s.SaveSession(one)
	}))
}

// Shown is what somebody shows to prove that it is he who sits before a session: one of them.
type Shown struct {
	Password, Pin string
	Code          string // of the telephone's or on paper; of a worker, one that a counter printed
	Flow, Answer  string // a passkey's
}

// before is a session that goes on, though its screen may be locked, and whose it is.
func (a *App) before(ctx context.Context, secret string) (one domain.Session, who domain.Account, err error) {
	if err = a.Data.Look(ctx, func(s Store) (err error) {
		if one, err = s.SessionByHash(hashOf(secret)); err != nil {
			return err
		}
		who, err = s.PeekAccount(one.Account)
		return err
	}); err != nil {
		return one, who, err
	}
	one.Locked = false
	return one, who, one.Live(a.Clock.Now())
}

// Reopen takes a proof of who sits before a session. It opens a locked screen, under a
// new number, and lets the session set up ways to sign in for some minutes, but for a PIN
// of who signs in by a password: six digits are for the screen. Too many wrong ones end
// the session.
func (a *App) Reopen(ctx context.Context, secret string, shown Shown, address string) error {
	p, err := a.policy()
	if err != nil {
		return err
	}
	one, who, err := a.before(ctx, secret)
	if err != nil {
		return err
	}
	at, err := a.try(ctx, p, "reopen", one.ID, address)
	if err != nil {
		return err
	}
	use, err := a.shows(ctx, who, shown)
	if err == nil {
		err = a.Data.Change(ctx, func(s Store) error {
			if err := use(s); err != nil {
				return err
			}
			now, err := s.Session(one.ID)
			if err != nil {
				return err
			}
			now.Locked = false
			if err := now.Live(a.Clock.Now()); err != nil {
				return err
			}
			before := now.Number
			now.Seen = a.Clock.Now()
			if shown.Pin == "" || who.Kind == domain.Worker {
				now.Proved = now.Seen
			}
			if _, err = s.AddSession(now); err != nil {
				return err
			}
			return errors.Join(s.Revoke([]domain.Range{{First: before, Last: before}}, now.Seen), a.right(s, at))
		})
	}
	switch codeOf(err) {
	case domain.ErrSignIn.Code, domain.ErrCode.Code, domain.ErrPasskey.Code:
		return a.wrong(ctx, p, who, one, at, err)
	}
	return a.announced(err)
}

// shows compares what is shown, and gives what uses it up where it works once.
func (a *App) shows(ctx context.Context, who domain.Account, by Shown) (use func(Store) error, err error) {
	use = func(Store) error { return nil }
	switch {
	case by.Flow != "":
		f, err := a.answered(ctx, by.Flow)
		if err != nil {
			return nil, err
		}
		_, challenge := held(f)
		account, used, err := a.assertion(ctx, challenge, by.Answer)
		if err != nil || account != who.ID || f.Account != who.ID {
			return nil, domain.ErrPasskey
		}
		return func(s Store) error { return a.useKey(s, account, used) }, nil
	case by.Code != "" && who.Kind == domain.Worker:
		return func(s Store) error { return a.usePrinted(s, who, by.Code) }, nil
	case by.Code != "":
		return func(s Store) error {
			right, err := a.proves(s, who, by.Code)
			if err == nil && !right {
				err = domain.ErrSignIn
			}
			return err
		}, nil
	}
	kind, typed := Password, by.Password
	if by.Pin != "" {
		kind, typed = Pin, by.Pin
	}
	var hash string
	if err := a.Data.Look(ctx, func(s Store) (err error) { hash, _, err = s.Secret(who.ID, kind); return err }); err != nil {
		return nil, err
	}
	ok, _, err := a.Hasher.Matches(ctx, hash, typed)
	if err == nil && !ok {
		err = domain.ErrSignIn
	}
	return use, err
}

// usePrinted uses a code up that a counter printed for whom the account is.
func (a *App) usePrinted(s Store, who domain.Account, code string) error {
	c, err := s.CodeByIndex(a.index("code", code))
	if err != nil {
		return err
	}
	whose, found, err := s.AccountOf(c.Worker)
	if err != nil {
		return err
	}
	if !found || whose.ID != who.ID {
		return domain.ErrCode
	}
	if c, err = c.Use(a.Clock.Now()); err != nil {
		return err
	}
	return s.SaveCode(c)
}

// wrong writes down that a proof was refused, and ends the session after too many.
func (a *App) wrong(ctx context.Context, p domain.Policy, who domain.Account, one domain.Session, at attempt, why error) error {
	err := a.Data.Change(ctx, func(s Store) error {
		now, err := s.Session(one.ID)
		if err != nil {
			return err
		}
		t, err := s.Tries(at.name)
		if err != nil || !t.TooMany(p.Lock) {
			return err
		}
		why = domain.ErrSession
		return a.end(s, domain.Guessed, a.Clock.Now(), now)
	})
	if err := a.announced(err); err != nil {
		return err
	}
	return a.refused(ctx, who, "Reopen", why)
}
