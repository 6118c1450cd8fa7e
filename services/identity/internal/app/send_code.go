package app

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// Phones is what the registry tells of telephones, and does with them.
type Phones interface {
	// Sends reports whether anything can be sent.
	Sends(ctx context.Context) (bool, error)
	// Givers lists who gave a number.
	Givers(ctx context.Context, phone string) ([]domain.Given, error)
	// Unseen keeps what somebody says whom no counter saw, under a reference of its own.
	Unseen(ctx context.Context, phone string, s Said) (worker string, err error)
	// Send sends a code that works for so long.
	Send(ctx context.Context, phone, code string, lasts time.Duration) error
}

// SendCode has a code sent to a number, where somebody with an account gave it, or, for
// an account that somebody makes alone, whoever has it. The
// answer is the same for every number, and so is the time that it takes: who gave the
// number is asked after the answer, by a task.
func (a *App) SendCode(ctx context.Context, phone, address string, forNew bool) (flow string, ends time.Time, err error) {
	p, err := a.policy()
	if err != nil {
		return "", ends, err
	}
	normal, _ := ident.NormalisePhone(phone)
	number, err := ident.ParsePhone(normal)
	if err == nil && !number.Mobile() {
		err = ident.ErrPhoneFormat
	}
	if err != nil {
		return "", ends, err
	}
	if can, err := a.Phones.Sends(ctx); err != nil || !can {
		return "", ends, orElse(err, domain.ErrNoSending)
	}
	flow, hash := a.newSecret()
	now := a.Clock.Now()
	c := domain.SentCode{
		Hash: hash, Number: a.numberIndex(number), Address: a.Keyed.BlindIndex("identity sent address", address), Phone: number.Reveal(), Code: []byte{},
		Asked: now, Ends: now.Add(p.Code.Sent), ForNew: forNew,
	}
	return flow, c.Ends, a.Data.Change(ctx, func(s Store) error {
		b, err := s.Budget(c.Number, c.Address, domain.Counted(now), clock.Today(a.Clock), forNew)
		if err != nil {
			return err
		}
		if err := b.Allows(p.CodeFor(forNew), now); err != nil {
			return err
		}
		return s.AskCode(ctx, c)
	})
}

func orElse(err, other error) error {
	if err == nil {
		err = other
	}
	return err
}

func (a *App) numberIndex(n ident.Phone) []byte {
	return a.Keyed.BlindIndex("identity sent number", n.Reveal())
}

// sentIndex is the keyed hash of a code that was sent, which works with its flow alone.
func (a *App) sentIndex(flow []byte, code string) []byte {
	return a.index("sent "+fmt.Sprintf("%x", flow), code)
}

// sixDigits makes a code as telephones offer it above their keyboard.
func (a *App) sixDigits() string {
	return fmt.Sprintf("%06d", binary.BigEndian.Uint64(a.Random(8))%1_000_000)
}

// HandCode sends the code that was asked for, where somebody with an account gave the
// number. Nothing is sent beyond what the office allows for a day, and no code often.
func (a *App) HandCode(ctx context.Context, flow []byte) error {
	p, err := a.policy()
	if err != nil {
		return err
	}
	var c domain.SentCode
	if err := a.Data.Look(ctx, func(s Store) (err error) { c, err = s.SentCode(flow); return err }); err != nil {
		return notThere(err)
	}
	if !c.Sendable(a.Clock.Now()) {
		return nil
	}
	var given []domain.Given
	if !c.ForNew { // which asks after nobody
		if given, err = a.Phones.Givers(ctx, c.Phone); err != nil {
			return err
		}
	}
	code, send := a.sixDigits(), false
	err = a.Data.Change(ctx, func(s Store) error {
		send = false
		if all, err := a.numbered(s, given); err != nil || len(all) == 0 && !c.ForNew {
			return err
		}
		if c, err = s.SentCode(flow); err != nil || !c.Sendable(a.Clock.Now()) {
			return notThere(err)
		}
		sent, err := s.SentOn(clock.Today(a.Clock), c.ForNew)
		if err != nil || sent >= p.CodeFor(c.ForNew).PerDay {
			return err
		}
		send = true
		return s.SaveSentCode(c.Send(a.sentIndex(flow, code), a.Clock.Now()))
	})
	if err != nil || !send {
		return err
	}
	return a.Phones.Send(ctx, c.Phone, code, c.Ends.Sub(a.Clock.Now()))
}

// notThere forgives that a row is gone: its time was over.
func notThere(err error) error {
	if codeOf(err) == domain.ErrCode.Code {
		return nil
	}
	return err
}

// numbered is an account on a number.
type numbered struct {
	account domain.Account
	given   domain.Given
	used    time.Time // last
	pin     string
}

// numbered lists the open accounts of those who gave a number. One of very many is
// nobody's, and who has no account yet does not get one by a telephone.
func (a *App) numbered(s Store, given []domain.Given) (all []numbered, err error) {
	if domain.Registered(given) > domain.MostOnANumber {
		return nil, nil
	}
	for _, g := range given {
		who, found, err := s.AccountOf(g.Worker)
		if err != nil {
			return nil, err
		}
		if !found || who.State != domain.Open {
			continue
		}
		one := numbered{account: who, given: g}
		if one.used, err = s.LastUsed(who.ID); err != nil {
			return nil, err
		}
		if one.pin, _, err = s.Secret(who.ID, Pin); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}
