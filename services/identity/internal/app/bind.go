package app

import (
	"context"
	"encoding/base64"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// binding keeps an outside identity that is nobody's here yet, until its holder confirms
// where he is signed in that it is joined to the account. The other office's word alone
// opens no account.
func (a *App) binding(s Store, source string, subject []byte) (flow string, err error) {
	flow, hash := a.newSecret()
	held := source + "\n" + base64.RawStdEncoding.EncodeToString(subject)
	return flow, s.SaveFlow(domain.Flow{Hash: hash, Kind: domain.FlowBind, Held: held, Ends: a.Clock.Now().Add(domain.FlowLife)})
}

// bound is the outside identity of a flow.
func (a *App) bound(s Store, flow string) (o domain.OutsideLink, err error) {
	f, err := a.flow(s, hashOf(flow), domain.FlowBind)
	if err != nil {
		return o, domain.ErrUnbound
	}
	source, text, _ := strings.Cut(f.Held, "\n")
	subject, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return o, domain.ErrUnbound
	}
	return domain.OutsideLink{Source: source, Subject: subject, Made: a.Clock.Now()}, nil
}

// opens is from when on an outside identity that a session joins to its account signs in.
// An officer printed a counter's code and may have kept it: what such a session joins
// waits, and the worker, who is told at once, can part the two meanwhile.
func (a *App) opens(p domain.Policy, by domain.Session) time.Time {
	if by.Via == domain.ByCode {
		return a.Clock.Now().Add(p.Proof.Bind)
	}
	return a.Clock.Now()
}

// ShowBinding is what the caller is asked to confirm: which office's identity would be
// joined to the account, and from when on it signs in.
func (a *App) ShowBinding(ctx context.Context, flow string) (source string, opens time.Time, err error) {
	own, p, err := a.binds(ctx)
	if err != nil {
		return "", opens, err
	}
	err = a.Data.Look(ctx, func(s Store) error {
		o, err := a.bound(s, flow)
		source = o.Source
		return err
	})
	return source, a.opens(p, own), err
}

// binds is the caller's session where it may join an outside identity.
func (a *App) binds(ctx context.Context) (own domain.Session, p domain.Policy, err error) {
	if own, p, err = a.mayChange(ctx); codeOf(err) == domain.ErrByCode.Code {
		err = own.MayBind(domain.Worker, p.Proof, a.Clock.Now())
	}
	return own, p, err
}

// BindOutside joins an outside identity to the account of a worker who is signed in and
// confirmed it.
func (a *App) BindOutside(ctx context.Context, flow string) error {
	own, p, err := a.binds(ctx)
	if err != nil {
		return err
	}
	return a.Data.Change(ctx, func(s Store) error {
		who, one, err := a.signedIn(s, own)
		if err != nil {
			return err
		}
		if err := one.MayBind(who.Kind, p.Proof, a.Clock.Now()); err != nil {
			return err
		}
		if who.Kind != domain.Worker {
			return domain.ErrNoRight
		}
		o, err := a.bound(s, flow)
		if err != nil {
			return err
		}
		there, err := s.DropFlow(hashOf(flow))
		if err != nil {
			return err
		}
		if !there {
			return domain.ErrUnbound
		}
		o.Account, o.Opens = who.ID, a.opens(p, one)
		if err := s.SaveOutside(o); err != nil {
			if codeOf(err) == domain.ErrTaken.Code { // joined meanwhile: it is never taken over
				err = domain.ErrUnbound
			}
			return err
		}
		return a.changed(ctx, s, who, one, domain.ProofOutside, false)
	})
}
