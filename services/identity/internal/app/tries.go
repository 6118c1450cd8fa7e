package app

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// attempt is a try that was counted: under a name, where there is one, and from an
// address.
type attempt struct {
	name, address []byte
	until         time.Time // the wait that it brought the address
}

// try counts a try under a name of a sort, and from an address, and commits it; it
// returns ErrWait while one of the two waits. What is nobody's name, like a code, is
// counted by tryFrom.
func (a *App) try(ctx context.Context, p domain.Policy, sort, name, address string) (attempt, error) {
	at := attempt{name: a.Keyed.BlindIndex("identity tries "+sort, name)}
	if address != "" {
		at.address = a.addressKey(address)
	}
	return a.counted(ctx, p, at)
}

// tryFrom counts a try from an address alone, behind which an office or a network's
// many customers may sit: one of them who errs does not keep the others out.
func (a *App) tryFrom(ctx context.Context, p domain.Policy, address string) (attempt, error) {
	return a.counted(ctx, p, attempt{address: a.addressKey(address)})
}

func (a *App) addressKey(address string) []byte {
	return a.Keyed.BlindIndex("identity tries address", domain.Network(address))
}

func (a *App) counted(ctx context.Context, p domain.Policy, at attempt) (attempt, error) {
	var waits error
	err := a.Data.Change(ctx, func(s Store) (err error) {
		waits, err = a.count(s, p, &at)
		return err
	})
	if err == nil {
		err = waits
	}
	return at, err
}

func (a *App) count(s Store, p domain.Policy, at *attempt) (waits, err error) {
	now := a.Clock.Now()
	var name, from domain.Tries
	if at.name != nil {
		if name, err = s.Tries(at.name); err != nil {
			return nil, err
		}
		if name, waits = name.Begin(p.Lock, now); waits != nil {
			return waits, nil
		}
	}
	if at.address != nil {
		if from, err = s.Tries(at.address); err != nil {
			return nil, err
		}
		if from, waits = from.Begin(p.Lock.OfAddress(), now); waits != nil {
			return waits, nil
		}
		if at.until = from.Until; !at.until.After(now) {
			at.until = time.Time{}
		}
		if err := s.SaveTries(from); err != nil {
			return nil, err
		}
	}
	if at.name == nil {
		return nil, nil
	}
	return nil, s.SaveTries(name)
}

// right takes tries back that did not fail, within the transaction that makes use of it.
func (a *App) right(s Store, all ...attempt) error {
	for _, at := range all {
		if at.name != nil {
			t, err := s.Tries(at.name)
			if err != nil {
				return err
			}
			if err := s.SaveTries(t.Right()); err != nil {
				return err
			}
		}
		if at.address != nil {
			t, err := s.Tries(at.address)
			if err != nil {
				return err
			}
			if err := s.SaveTries(t.TakeBack(at.until)); err != nil {
				return err
			}
		}
	}
	return nil
}

// carried is an attempt as a flow holds it until the end shows that it did not fail,
// before whatever else it holds.
func (at attempt) carried(rest string) string {
	enc := base64.RawStdEncoding.EncodeToString
	var until string
	if !at.until.IsZero() {
		until = strconv.FormatInt(at.until.UnixMicro(), 10)
	}
	return strings.Join([]string{enc(at.name), enc(at.address), until, rest}, "\n")
}

// held parts what a flow holds. One of before this was carried holds no attempt.
func held(f domain.Flow) (at attempt, rest string) {
	parts := strings.SplitN(f.Held, "\n", 4)
	if len(parts) < 4 {
		return at, f.Held
	}
	dec := func(s string) []byte {
		if b, err := base64.RawStdEncoding.DecodeString(s); err == nil && len(b) > 0 {
			return b
		}
		return nil
	}
	at.name, at.address = dec(parts[0]), dec(parts[1])
	if until, err := strconv.ParseInt(parts[2], 10, 64); err == nil {
		at.until = time.UnixMicro(until)
	}
	return at, parts[3]
}

// refused writes down that a sign-in was refused, and returns why.
func (a *App) refused(ctx context.Context, account domain.Account, method string, why error) error {
	d := domain.Denial{Kind: account.Kind, Subject: account.Subject, Service: service, Method: method, Code: codeOf(why)}
	if err := a.Data.Change(ctx, func(s Store) error { return a.deny(s, d) }); err != nil {
		return err
	}
	return why
}
