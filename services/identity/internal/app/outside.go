package app

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// BeginOutside sends a browser to another office that knows who somebody is.
func (a *App) BeginOutside(ctx context.Context, source, address string) (flow, url string, err error) {
	p, err := a.policy()
	if err != nil {
		return "", "", err
	}
	of, ok := a.Sources[source]
	if !ok {
		return "", "", domain.ErrSource
	}
	at, err := a.tryFrom(ctx, p, address)
	if err != nil {
		return "", "", err
	}
	url, answered, err := of.Begin(ctx)
	if err != nil { // nobody's fault who came by it
		righted := a.Data.Change(ctx, func(s Store) error { return a.right(s, at) })
		return "", "", errors.Join(err, righted)
	}
	flow, hash := a.newSecret()
	return flow, url, a.Data.Change(ctx, func(s Store) error {
		return s.SaveFlow(domain.Flow{Hash: hash, Kind: domain.FlowOutside, Held: at.carried(source + "\n" + answered), Ends: a.Clock.Now().Add(domain.FlowLife)})
	})
}

// FinishOutside takes what the browser brought back, once. Who the source names and no
// account here is joined to gets no session but what joins the two: another office's
// word opens no account.
func (a *App) FinishOutside(ctx context.Context, flow, answer, device string) (b Begun, err error) {
	p, err := a.policy()
	if err != nil {
		return b, err
	}
	var f domain.Flow
	err = a.Data.Change(ctx, func(s Store) error {
		if f, err = a.flow(s, hashOf(flow), domain.FlowOutside); err != nil {
			return err
		}
		there, err := s.DropFlow(f.Hash)
		if err == nil && !there {
			err = domain.ErrFlow
		}
		return err
	})
	if err != nil {
		return b, err
	}
	at, rest := held(f) // an answer is taken once, so the beginning was the try
	source, begun, _ := strings.Cut(rest, "\n")
	of, ok := a.Sources[source]
	if !ok {
		return b, domain.ErrSource
	}
	subject, err := of.Finish(ctx, begun, answer)
	if errors.Is(err, domain.ErrAway) {
		return b, err
	}
	if err != nil || subject == "" {
		return b, a.refused(ctx, domain.Account{}, "FinishOutside", domain.ErrOutside.Because(err))
	}
	err = a.Data.Change(ctx, func(s Store) error {
		if err := a.right(s, at); err != nil {
			return err
		}
		o, found, err := s.Outside(source, a.subjectOf(source, subject))
		if err != nil {
			return err
		}
		if !found {
			b = Begun{}
			b.Bind, err = a.binding(s, source, a.subjectOf(source, subject))
			return err
		}
		if a.Clock.Now().Before(o.Opens) {
			return domain.ErrBindWaits.With("until", strconv.FormatInt(o.Opens.UnixMicro(), 10))
		}
		who, err := s.Account(o.Account)
		if err != nil {
			return err
		}
		// What parted the two held the account: only after its lock is this what holds.
		now, found, err := s.Outside(o.Source, o.Subject)
		if err != nil {
			return err
		}
		if !found || now.Account != who.ID {
			return domain.ErrOutside
		}
		b, err = a.begin(s, p, who, device, viaWeb, of.Level(), p.Sessions[who.Kind])
		return err
	})
	return b, a.announced(err)
}

func (a *App) subjectOf(source, subject string) []byte {
	return a.Keyed.BlindIndex("identity outside "+source, subject)
}
