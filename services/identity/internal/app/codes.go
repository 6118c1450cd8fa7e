package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// PrintCode makes a code for the person of an open visit of the officer's own; the
// officer saw the person, and so a first account is one that was seen.
func (a *App) PrintCode(ctx context.Context, visit string) (code string, c domain.Code, err error) {
	own, err := a.own(ctx)
	if err != nil {
		return "", c, err
	}
	p, err := a.policy()
	if err != nil {
		return "", c, err
	}
	code = a.newCode(5) // 40 bits, for an hour, behind the waits
	err = a.Data.Change(ctx, func(s Store) error {
		v, err := s.Visit(visit)
		if err != nil {
			return err
		}
		if v.Officer != own.Account || !v.Open(p, a.Clock.Now()) {
			return domain.ErrNoVisit
		}
		printed, err := s.PrintedBy(own.Account, clock.Today(a.Clock))
		if err != nil {
			return err
		}
		if printed >= p.Prints {
			return domain.ErrPrints
		}
		c = domain.Code{ID: a.NewID(), Kind: domain.Printed, Worker: v.Worker, By: own.Account, Index: a.index("code", code), Made: a.Clock.Now(), Ends: a.Clock.Now().Add(p.Code.Counter)}
		return errors.Join(s.SaveCode(c), s.Happened(ctx, c.ID, v.Worker, domain.CodePrinted{VisitID: v.ID, Receipt: v.Receipt}))
	})
	return code, c, err
}

// EnterCode signs a worker in by a code that a counter printed. It opens the account
// where it is the first, and one that somebody made alone becomes the person's: nothing
// that opened it before opens it any more. bind, where it is given, is an outside identity
// that the person may join to the account next: a code that would come too late for it is
// not used up.
func (a *App) EnterCode(ctx context.Context, code, bind, device, address string) (b Begun, err error) {
	p, err := a.policy()
	if err != nil {
		return b, err
	}
	at, err := a.tryFrom(ctx, p, address) // codes are nobody's name
	if err != nil {
		return b, err
	}
	err = a.Data.Change(ctx, func(s Store) error {
		c, err := s.CodeByIndex(a.index("code", code))
		if err != nil {
			return err
		}
		if c, err = c.Use(a.Clock.Now()); err != nil {
			return err
		}
		if err := s.SaveCode(c); err != nil {
			return err
		}
		closed, err := s.Closed(c.Worker)
		if err != nil {
			return err
		}
		if closed {
			return domain.ErrCode
		}
		who, found, err := s.AccountOf(c.Worker)
		if err != nil {
			return err
		}
		var events []domain.Event
		if !found {
			if who, events, err = domain.OpenAccount(a.NewID(), domain.Worker, c.Worker, "", "", false); err != nil {
				return err
			}
		}
		who, took := who.See(a.Clock.Now())
		if took {
			if err := s.DropCredentials(who.ID); err != nil {
				return err
			}
			if _, err := a.endAll(s, who.ID, 0, domain.ShutOut); err != nil {
				return err
			}
		}
		if !found || took {
			if err := s.SaveAccount(ctx, who, events...); err != nil {
				return err
			}
		}
		if bind != "" {
			if _, err := a.bound(s, bind); err != nil {
				return err
			}
		}
		if err := a.right(s, at); err != nil {
			return err
		}
		b, err = a.begin(s, p, who, device, domain.ByCode, domain.OneFactor, p.Sessions[domain.Worker])
		return err
	})
	if err != nil && codeOf(err) == domain.ErrCode.Code {
		return b, a.refused(ctx, domain.Account{Kind: domain.Worker}, "EnterCode", domain.ErrCode)
	}
	return b, a.announced(err)
}

// SetPin sets the caller's own PIN.
func (a *App) SetPin(ctx context.Context, pin string) error {
	own, p, err := a.mayChange(ctx)
	if err != nil {
		return err
	}
	if err := domain.CheckPin(pin); err != nil {
		return err
	}
	if _, err := a.try(ctx, p, "set pin", own.Account, ""); err != nil { // each costs a hash, which sign-ins wait for
		return err
	}
	hash, err := a.Hasher.Hash(ctx, pin)
	if err != nil {
		return err
	}
	return a.Data.Change(ctx, func(s Store) error {
		who, one, err := a.changing(s, p, own)
		if err != nil {
			return err
		}
		return errors.Join(s.SetSecret(who.ID, Pin, hash, a.Clock.Now()), a.changed(ctx, s, who, one, domain.ProofPin, false))
	})
}
