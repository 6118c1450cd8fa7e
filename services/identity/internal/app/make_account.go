package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// Said is what somebody says whom no counter saw. It is passed on to the registry and
// kept nowhere here.
type Said struct{ Name, Number, Kind, Country, BirthDate, County string }

// MakeAccount makes the account of somebody whom no counter saw, who has the telephone to
// which a code was sent for it. Whether anybody of that number is registered is asked of
// nobody. A form that is no good leaves the code as it was.
func (a *App) MakeAccount(ctx context.Context, flow, code string, said Said, device, address string) (b Begun, err error) {
	p, err := a.policy()
	if err != nil {
		return b, err
	}
	at, err := a.tryFrom(ctx, p, address)
	if err != nil {
		return b, err
	}
	c, err := a.rightCode(ctx, p, hashOf(flow), code, at, true)
	if err != nil {
		if codeOf(err) == domain.ErrCode.Code {
			err = a.refused(ctx, domain.Account{Kind: domain.Worker}, "MakeAccount", err)
		}
		return b, err
	}
	if err := a.Data.Change(ctx, func(s Store) error { _, err := a.madeAlone(s, p, c.Address); return err }); err != nil {
		return b, err
	}
	worker, err := a.Phones.Unseen(ctx, c.Phone, said)
	if err != nil {
		return b, err
	}
	err = a.Data.Change(ctx, func(s Store) error {
		now, err := s.SentCode(c.Hash)
		if err != nil {
			return err
		}
		if now, err = now.Use(a.Clock.Now()); err != nil {
			return err
		}
		if err := s.SaveSentCode(now); err != nil {
			return err
		}
		if _, err := a.madeAlone(s, p, c.Address); err != nil {
			return err
		}
		who, events, err := domain.MakeAccount(a.NewID(), worker)
		if err != nil {
			return err
		}
		who.OpenedAt = a.Clock.Now()
		if err := errors.Join(s.SaveAccount(ctx, who, events...), s.SaveMadeAlone(who.ID, c.Address, a.Clock.Now())); err != nil {
			return err
		}
		if who, err = s.Account(who.ID); err != nil {
			return err
		}
		b, err = a.begin(s, p, who, device, viaWeb, domain.OneFactor, p.Sessions[domain.Worker])
		return err
	})
	return b, a.announced(err)
}

// madeAlone counts what was made alone lately, and returns ErrLimit where that is enough.
func (a *App) madeAlone(s Store, p domain.Policy, address []byte) (m domain.Made, err error) {
	if m, err = s.MadeAlone(address, domain.Counted(a.Clock.Now()), clock.Today(a.Clock)); err != nil {
		return m, err
	}
	return m, m.Allows(p.Unseen)
}

// Recognise follows the registry, where a counter saw that what somebody had made alone
// is a registered person's: nothing that opened it before opens it any more. Where the
// person signs in by another account already, this one ends.
func (a *App) Recognise(ctx context.Context, s Store, person, alias string) error {
	all, err := s.AccountsOf(person)
	if err != nil {
		return err
	}
	made, err := s.AccountsOf(alias) // the join may not have been heard of yet
	if err != nil {
		return err
	}
	var one domain.Account
	other := false
	for _, who := range append(all, made...) {
		switch {
		case who.Subject == alias && !who.Seen:
			one = who
		case who.Subject != alias:
			other = true
		}
	}
	if one.ID == "" {
		return nil
	}
	var events []domain.Event
	if other {
		one, events, err = one.Close()
	} else {
		one = one.Become(person, a.Clock.Now())
	}
	if err != nil {
		return err
	}
	if err := errors.Join(s.SaveAccount(ctx, one, events...), s.DropCredentials(one.ID)); err != nil {
		return err
	}
	_, err = a.endAll(s, one.ID, 0, domain.ShutOut)
	if a.Announced != nil {
		a.Announced()
	}
	return err
}
