package app

import (
	"context"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// service is this service's name in its own audit.
const service = "identity"

func codeOf(err error) string { return errs.CodeOf(err) }

// link is the hash that chains a line to the one before: whoever can write to the
// database alone cannot make it.
func (a *App) link(d domain.Denial, before []byte) []byte {
	return a.Keyed.BlindIndex("identity denial", string(before)+"\x00"+strings.Join(d.Signed(), "\x00"))
}

// deny appends a line to the audit. What the same was refused again within the minute is
// counted, and becomes one line when the minute is over: nobody fills the audit.
func (a *App) deny(s Store, d domain.Denial) error {
	if d.At.IsZero() {
		d.At = a.Clock.Now()
	}
	again, err := s.Again(d)
	if err != nil || again {
		return err
	}
	return s.AddDenial(d, a.link)
}

// Fold writes what was refused again within the minutes that are over.
func (a *App) Fold(ctx context.Context) error {
	return a.Data.Change(ctx, func(s Store) error {
		all, err := s.TakeAgain(a.Clock.Now())
		if err != nil {
			return err
		}
		for _, d := range all {
			if err := s.AddDenial(d, a.link); err != nil {
				return err
			}
		}
		return nil
	})
}

// Seal tells others how far the audit reached, and holds it against what was told before.
// Whoever owns the database can cut its end off, or with the platform's key write it anew:
// not what the readers of an event keep.
func (a *App) Seal(ctx context.Context) error {
	if err := a.Data.Look(ctx, func(s Store) error { return s.Sealed() }); err != nil {
		return err
	}
	return a.Data.Change(ctx, func(s Store) error { return s.Seal(ctx, a.NewID()) })
}

// ReportDenials writes down what other services refused. The line says which service
// reported it, whatever it says itself; of whom there is no account it tells nothing but
// that somebody signs with that service's key and invents people.
func (a *App) ReportDenials(ctx context.Context, all []domain.Denial) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	now := a.Clock.Now()
	return a.Data.Change(ctx, func(s Store) error {
		for _, d := range all {
			d.Service = p.Subject
			if d.At.After(now) || now.Sub(d.At) > time.Hour {
				d.At = now
			}
			real, err := a.reported(s, d)
			if err != nil {
				return err
			}
			if !real {
				d = domain.Denial{At: now, Kind: string(auth.Service), Subject: p.Subject, Service: service, Method: "ReportDenials", Code: domain.ErrNoRight.Code}
			}
			if err := a.deny(s, d); err != nil {
				return err
			}
		}
		return nil
	})
}

// reported reports whether a denial is of somebody who can have been signed in: the
// session of its number is his, or has another number by now.
func (a *App) reported(s Store, d domain.Denial) (bool, error) {
	kind := d.Kind
	if kind == string(auth.Guardian) {
		kind = domain.Worker
	}
	one, err := s.SessionByNumber(d.Session)
	if codeOf(err) == domain.ErrSession.Code {
		return s.Had(kind, d.Subject)
	}
	if err != nil {
		return false, err
	}
	who, err := s.PeekAccount(one.Account)
	return err == nil && who.Kind == kind && who.Subject == d.Subject, err
}

// denialPage is how many lines a page of the audit has.
const denialPage = 200

// Denials lists the audit, newest first; whole says that the lines follow from each
// other as they were written, and from what was sealed.
func (a *App) Denials(s Store, before int64) ([]domain.Denial, bool, error) {
	all, whole, err := s.Denials(before, denialPage, a.link)
	if err != nil || !whole {
		return all, whole, err
	}
	if err = s.Sealed(); codeOf(err) == domain.ErrAudit.Code {
		return all, false, nil
	}
	return all, true, err
}

// WholeAudit returns ErrAudit unless every line of the audit follows from the one before,
// and the last ones from what was sealed.
func (a *App) WholeAudit(s Store) error {
	for before := int64(0); ; {
		all, whole, err := a.Denials(s, before)
		switch {
		case err != nil:
			return err
		case !whole:
			return domain.ErrAudit
		case len(all) == 0 || all[len(all)-1].Seq == 1:
			return nil
		}
		before = all[len(all)-1].Seq
	}
}
