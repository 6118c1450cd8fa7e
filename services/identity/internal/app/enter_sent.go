package app

import (
	"bytes"
	"context"

	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// EnterSent signs a worker in by a code that was sent to a telephone. Where the number
// alone proves nothing, the person's own PIN does, and where several have the number
// it chooses among them; no name is shown. Until the right code was entered, what is
// answered says nothing of accounts.
func (a *App) EnterSent(ctx context.Context, flow, code, pin, device, address string) (b Begun, err error) {
	p, err := a.policy()
	if err != nil {
		return b, err
	}
	at, err := a.tryFrom(ctx, p, address) // a code has tries of its own
	if err != nil {
		return b, err
	}
	c, err := a.rightCode(ctx, p, hashOf(flow), code, at, false)
	if err != nil {
		if codeOf(err) == domain.ErrCode.Code {
			err = a.refused(ctx, domain.Account{Kind: domain.Worker}, "EnterCode", err)
		}
		return b, err
	}
	who, pins, err := a.onNumber(ctx, p, c, pin, address)
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
		if who, err = s.Account(who.ID); err != nil {
			return err
		}
		if err := a.right(s, pins...); err != nil {
			return err
		}
		b, err = a.begin(s, p, who, device, viaWeb, domain.OneFactor, p.Sessions[domain.Worker])
		return err
	})
	return b, a.announced(err)
}

// rightCode counts a try and compares; a right code is not used up yet, since a PIN
// may be wanted.
func (a *App) rightCode(ctx context.Context, p domain.Policy, flow []byte, code string, at attempt, forNew bool) (c domain.SentCode, err error) {
	right := false
	err = a.Data.Change(ctx, func(s Store) error {
		right = false
		if c, err = s.SentCode(flow); err != nil {
			return err
		}
		if c.ForNew != forNew {
			return domain.ErrCode
		}
		if c, err = c.Try(p.Code, a.Clock.Now()); err != nil {
			return err
		}
		if right = len(c.Code) > 0 && bytes.Equal(c.Code, a.sentIndex(flow, code)); right {
			c = c.Right()
			if err := a.right(s, at); err != nil {
				return err
			}
		}
		return s.SaveSentCode(c)
	})
	if err == nil && !right {
		err = domain.ErrCode
	}
	return c, err
}

// onNumber is whose account a number opens: the only one's, or that whose PIN it is.
func (a *App) onNumber(ctx context.Context, p domain.Policy, c domain.SentCode, pin, address string) (who domain.Account, pins []attempt, err error) {
	given, err := a.Phones.Givers(ctx, c.Phone)
	if err != nil {
		return who, nil, err
	}
	var all []numbered
	err = a.Data.Look(ctx, func(s Store) (err error) {
		all, err = a.numbered(s, given)
		return err
	})
	if err != nil {
		return who, nil, err
	}
	if len(all) == 0 {
		return who, nil, domain.ErrCode // whoever had the number has it no more
	}
	if one, only := alone(all); only && (pin == "" || len(all) == 1) && !one.account.NeedsPin(one.given, one.used, one.given.Persons(given), p.Code, a.Clock.Now()) {
		return one.account, nil, nil
	}
	if pin == "" {
		return who, nil, domain.ErrPin
	}
	at, err := a.try(ctx, p, "pin", string(c.Number), address)
	if err != nil {
		return who, nil, err
	}
	found := 0
	for _, one := range all {
		ok, _, err := a.Hasher.Matches(ctx, one.pin, pin)
		if err != nil {
			return who, nil, err
		}
		if ok {
			who, found = one.account, found+1
		}
	}
	if found != 1 { // of two with one PIN neither is chosen
		return domain.Account{}, nil, a.refused(ctx, domain.Account{Kind: domain.Worker}, "EnterCode", domain.ErrPin)
	}
	return who, []attempt{at}, nil
}

// alone is the only one on a number, or the only one whom a counter saw: who gives a
// number alone takes it from nobody.
func alone(all []numbered) (one numbered, only bool) {
	for _, n := range all {
		if n.given.Unseen {
			continue
		}
		if only {
			return numbered{}, false
		}
		one, only = n, true
	}
	if !only && len(all) == 1 {
		return all[0], true
	}
	return one, only
}
