package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// BeginPasskey gives a challenge: of the account of a flow, as its second factor; of that
// of a session, whose screen may be locked, for Reopen; or of whoever has a passkey here,
// as both factors.
func (a *App) BeginPasskey(ctx context.Context, flow, session, address string) (next, challenge string, err error) {
	p, err := a.policy()
	if err != nil {
		return "", "", err
	}
	var who domain.Account
	var known []Passkey
	var at attempt
	switch {
	case flow == "" && session == "":
		if at, err = a.tryFrom(ctx, p, address); err != nil {
			return "", "", err
		}
	case flow == "":
		_, who, err = a.before(ctx, session)
	default:
		who, _, at, err = a.flowing(ctx, flow, domain.FlowSecond)
	}
	if err != nil {
		return "", "", err
	}
	if who.ID != "" {
		if known, err = a.passkeysOf(ctx, who.ID); err != nil {
			return "", "", err
		}
		if len(known) == 0 {
			return "", "", domain.ErrNoPasskey
		}
	}
	return a.challenge(ctx, who.ID, at, func() (string, string, error) { return a.Passkeys.BeginUse(who.ID, known) })
}

func (a *App) passkeysOf(ctx context.Context, account string) (known []Passkey, err error) {
	err = a.Data.Look(ctx, func(s Store) (err error) { known, err = s.Passkeys(account); return err })
	return known, err
}

// challenge keeps what an authenticator's answer is held against. It has a flow of
// its own, which ends with the first answer, right or wrong.
func (a *App) challenge(ctx context.Context, account string, at attempt, begin func() (challenge, held string, err error)) (flow, challenge string, err error) {
	challenge, held, err := begin()
	if err != nil {
		return "", "", domain.ErrPasskey.Because(err)
	}
	flow, hash := a.newSecret()
	err = a.Data.Change(ctx, func(s Store) error {
		return s.SaveFlow(domain.Flow{Hash: hash, Kind: domain.FlowPasskey, Account: account, Held: at.carried(held), Ends: a.Clock.Now().Add(domain.FlowLife)})
	})
	return flow, challenge, err
}

// answered ends the flow of a challenge, and gives what it was held against.
func (a *App) answered(ctx context.Context, flow string) (f domain.Flow, err error) {
	err = a.Data.Change(ctx, func(s Store) error {
		if f, err = a.flow(s, hashOf(flow), domain.FlowPasskey); err != nil {
			return err
		}
		there, err := s.DropFlow(f.Hash)
		if err == nil && !there {
			err = domain.ErrFlow
		}
		return err
	})
	return f, err
}

// assertion is whose passkey answered a challenge.
func (a *App) assertion(ctx context.Context, challenge, answer string) (account string, used Passkey, err error) {
	return a.Passkeys.FinishUse(challenge, answer, func(id []byte) (account string, known []Passkey, err error) {
		err = a.Data.Look(ctx, func(s Store) error {
			var found bool
			if account, found, err = s.PasskeyOwner(id); err != nil || !found {
				return errors.Join(err, domain.ErrPasskey)
			}
			known, err = s.Passkeys(account)
			return err
		})
		return account, known, err
	})
}

// useKey notes the use of a passkey that is still there: of two answers with one count,
// one counts.
func (a *App) useKey(s Store, account string, used Passkey) error {
	known, err := s.Passkeys(account)
	if err != nil {
		return err
	}
	for _, k := range known {
		if string(k.ID) != string(used.ID) {
			continue
		}
		if k.Count >= used.Count && used.Count > 0 {
			return domain.ErrPasskey
		}
		used.Used = a.Clock.Now()
		return s.SavePasskey(account, used)
	}
	return domain.ErrPasskey
}

// FinishPasskey takes an authenticator's answer, in which the user was verified: it is
// both factors. A count that went back is a copied authenticator's, and refused.
func (a *App) FinishPasskey(ctx context.Context, flow, answer, device string) (b Begun, err error) {
	p, err := a.policy()
	if err != nil {
		return b, err
	}
	f, err := a.answered(ctx, flow)
	if err != nil {
		return b, err
	}
	at, challenge := held(f) // a challenge is answered once, so its beginning was the try
	account, used, err := a.assertion(ctx, challenge, answer)
	if err != nil || f.Account != "" && account != f.Account {
		return b, a.refused(ctx, domain.Account{ID: f.Account}, "FinishPasskey", domain.ErrPasskey)
	}
	err = a.Data.Change(ctx, func(s Store) error {
		who, err := s.Account(account)
		if err != nil {
			return err
		}
		if err := errors.Join(a.useKey(s, account, used), a.right(s, at)); err != nil {
			return err
		}
		b, err = a.begin(s, p, who, device, viaWeb, domain.TwoFactors, p.Sessions[who.Kind])
		return err
	})
	return b, a.announced(err)
}

// BeginAddPasskey gives the challenge for a passkey of the caller's own.
func (a *App) BeginAddPasskey(ctx context.Context) (flow, challenge string, err error) {
	own, p, err := a.mayChange(ctx)
	if err != nil {
		return "", "", err
	}
	known, err := a.passkeysOf(ctx, own.Account)
	if err != nil {
		return "", "", err
	}
	if len(known) >= p.Proof.Passkeys {
		return "", "", domain.ErrPasskeys
	}
	return a.challenge(ctx, own.Account, attempt{}, func() (string, string, error) { return a.Passkeys.BeginAdd(own.Account, known) })
}

// FinishAddPasskey keeps it, while the session that adds it goes on.
func (a *App) FinishAddPasskey(ctx context.Context, flow, answer, name string) error {
	own, p, err := a.mayChange(ctx)
	if err != nil {
		return err
	}
	f, err := a.answered(ctx, flow)
	if err != nil {
		return err
	}
	if f.Account != own.Account {
		return domain.ErrFlow
	}
	known, err := a.passkeysOf(ctx, own.Account)
	if err != nil {
		return err
	}
	_, challenge := held(f)
	made, err := a.Passkeys.FinishAdd(own.Account, known, challenge, answer)
	if err != nil {
		return domain.ErrPasskey.Because(err)
	}
	made.Made, made.Name = a.Clock.Now(), name
	return a.Data.Change(ctx, func(s Store) error {
		who, one, err := a.changing(s, p, own)
		if err != nil {
			return err
		}
		known, err := s.Passkeys(who.ID)
		if err != nil {
			return err
		}
		if len(known) >= p.Proof.Passkeys {
			return domain.ErrPasskeys
		}
		return errors.Join(s.SavePasskey(who.ID, made), a.changed(ctx, s, who, one, domain.ProofPasskey, false))
	})
}
