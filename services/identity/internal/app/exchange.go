package app

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// Asked is what a session is to be exchanged for.
type Asked struct {
	Audience, Purpose, LegalBasis, Via, ActsFor, Department string
	// Division is what an officer with several chose; "" is all of them.
	Division   string
	AsGuardian bool
	Quiet      bool // by a page that renews itself: the session is no younger for it
}

// Token is a short-lived proof of who asks.
type Token struct {
	Text    string
	Until   time.Time // use it no longer; it is good for a little more
	Session domain.Session
	Account domain.Account
	Held    domain.Grants // an officer's, in every department
}

// tokenUse is how long a token is used before another is asked for: half its life.
const tokenUse = 150 * time.Second

// Exchange gives a principal for one service and one purpose, within what the
// session's account may do now.
func (a *App) Exchange(ctx context.Context, secret string, ask Asked) (t Token, err error) {
	p, err := a.policy()
	if err != nil {
		return t, err
	}
	now := a.Clock.Now()
	var who auth.Principal
	err = a.Data.Look(ctx, func(s Store) error {
		if t.Session, err = s.SessionByHash(hashOf(secret)); err != nil {
			return err
		}
		if err := t.Session.Live(now); err != nil {
			return err
		}
		if t.Account, err = s.PeekAccount(t.Session.Account); err != nil {
			return err
		}
		if t.Account.State != domain.Open {
			return domain.ErrSession
		}
		if who, err = a.principal(s, p, t, ask); err == nil && who.Kind == auth.Officer {
			if t.Held, err = s.Grants(t.Account.ID); err == nil && who.ActsFor != "" && who.Via == auth.ViaCounter {
				who, err = a.onPaper(s, t.Held, who, ask.Audience)
			}
		}
		if err == nil && ask.Purpose == domain.NamesPurpose { // what two officers let out, and nothing else
			writes, err2 := a.writesNames(s, t.Account.ID)
			if err = err2; err == nil && !writes {
				err = domain.ErrNoRight
			}
		}
		return err
	})
	if err == nil && ask.AsGuardian {
		who, err = a.guardian(ctx, who, t.Account, ask)
	}
	if err == nil && !who.MayState(ask.Purpose) {
		err = domain.ErrNoRight
	}
	if err != nil {
		if t.Account.ID != "" {
			err = a.refused(ctx, t.Account, "Exchange", err)
		}
		return Token{}, err
	}
	if touched, changed := t.Session.Touch(now); changed && !ask.Quiet {
		t.Session = touched
		if err := a.touch(ctx, touched); err != nil {
			return Token{}, err
		}
	}
	t.Until = now.Add(tokenUse)
	if at := t.Session.IdleAt(); at.Before(t.Until) {
		t.Until = at
	}
	t.Text, err = a.Issuer.Sign(who, ask.Audience)
	return t, err
}

// touch notes the use of a session, unless it ended meanwhile.
func (a *App) touch(ctx context.Context, used domain.Session) error {
	return a.Data.Change(ctx, func(s Store) error {
		one, err := s.Session(used.ID)
		if err != nil {
			return err
		}
		if err := one.Live(used.Seen); err != nil {
			return err
		}
		one.Seen = used.Seen
		return s.SaveSession(one)
	})
}

// principal is who the session's account is for a question.
func (a *App) principal(s Store, p domain.Policy, t Token, ask Asked) (auth.Principal, error) {
	who := auth.Principal{
		Subject: t.Account.Subject, Purpose: ask.Purpose, LegalBasis: ask.LegalBasis, Via: auth.ViaWeb, Session: t.Session.Number,
	}
	if t.Session.Via == viaImport {
		return a.program(s, who, t, ask)
	}
	if ask.ActsFor == t.Account.Subject {
		ask.ActsFor = ""
	}
	switch t.Account.Kind {
	case domain.Worker:
		return a.worker(s, who, t, ask)
	case domain.Employer:
		who.Kind, who.Role = auth.Employer, domain.Employer
		if t.Account.Responsible {
			who.Role = "responsible"
		}
	case domain.Officer:
		return a.officer(s, p, who, t, ask)
	case domain.Administrator:
		g, err := s.Grants(t.Account.ID)
		if err != nil {
			return who, err
		}
		g = g.In("")
		if len(g) == 0 {
			return who, domain.ErrNoRight
		}
		who.Kind, who.Role, who.Department, who.Division = auth.Administrator, domain.Administrator, t.Account.Office, g[0].Division
	}
	if ask.ActsFor != "" || t.Session.Level < domain.TwoFactors || ask.Via != "" && ask.Via != auth.ViaWeb {
		return who, domain.ErrNoRight
	}
	return who, nil
}

// worker is a worker, or a helper with a power of attorney that holds today. One
// whom no counter saw reads nothing that others recorded: the role says so.
func (a *App) worker(s Store, who auth.Principal, t Token, ask Asked) (auth.Principal, error) {
	who.Kind, who.Role = auth.Worker, domain.Worker
	if !t.Account.Seen {
		who.Role = "unseen"
	}
	if ask.ActsFor == "" {
		if ask.Via != "" && ask.Via != auth.ViaWeb {
			return who, domain.ErrNoRight
		}
		return who, nil
	}
	held, err := s.HelpsNow(t.Account.Subject, ask.ActsFor)
	if err != nil {
		return who, err
	}
	today := clock.Today(a.Clock)
	for _, d := range held {
		if d.Holds(today) && t.Account.Seen {
			who.Role, who.Via, who.ActsFor = "helper", auth.ViaHelper, ask.ActsFor
			return who, nil
		}
	}
	return who, domain.ErrHelper
}

// guardian is a worker who is a guardian of a child now, as the registry knows: seen at
// a counter, and for the child alone, in nobody else's name.
func (a *App) guardian(ctx context.Context, who auth.Principal, account domain.Account, ask Asked) (auth.Principal, error) {
	if account.Kind != domain.Worker || !account.Seen || who.ActsFor != "" {
		return who, domain.ErrGuardian
	}
	guards, err := a.People.Guards(ctx, account.Subject)
	if err != nil {
		return who, err
	}
	if !guards {
		return who, domain.ErrGuardian
	}
	who.Kind, who.Role = auth.Guardian, string(auth.Guardian)
	return who, nil
}

// officer is an officer of a department; for somebody else only within a visit of
// that person.
func (a *App) officer(s Store, p domain.Policy, who auth.Principal, t Token, ask Asked) (auth.Principal, error) {
	if ask.Via == auth.ViaImport && t.Session.Level >= domain.TwoFactors {
		return a.program(s, who, t, ask) // at the page of sheets he may what a program may that he lets in
	}
	g, err := s.Grants(t.Account.ID)
	if err != nil {
		return who, err
	}
	if g = g.In(ask.Department); ask.Division != "" {
		g = g.At(ask.Division)
	}
	if len(g) == 0 {
		return who, domain.ErrNoRight
	}
	who.Kind, who.Role, who.Department, who.Division = auth.Officer, g[0].Role, g[0].Department, g[0].Division
	who.Further = further(g[1:])
	if t.Session.Level < domain.TwoFactors {
		return who, domain.ErrNoRight
	}
	switch ask.Via {
	case "", auth.ViaWeb, auth.ViaCounter, auth.ViaPhone:
	default:
		return who, domain.ErrNoRight
	}
	if ask.ActsFor != "" {
		v, found, err := s.OpenVisit(t.Account.ID, ask.ActsFor)
		if err != nil {
			return who, err
		}
		if !found || !v.Open(p, a.Clock.Now()) {
			return who, domain.ErrNoVisit
		}
		who.ActsFor = ask.ActsFor
	}
	if ask.Via != "" {
		who.Via = ask.Via
	}
	return who, nil
}

// further is what an officer's principal carries beside the first right.
func further(g domain.Grants) string {
	all := make([]auth.Right, len(g))
	for i, one := range g {
		all[i] = auth.Right{Role: one.Role, Division: one.Division}
	}
	return auth.Rights(all)
}

// revokedPage bounds an answer to Revoked; what was revoked longer ago than
// revokedSince is left out, since no principal that rested on it lives.
const (
	revokedPage  = 5000
	revokedSince = 15 * time.Minute
)

// Revoked lists what was revoked after a number, oldest first, and the number up to
// which that is all.
func (a *App) Revoked(s Store, after int64) (all []domain.Revocation, number int64, more bool, err error) {
	all, number, err = s.Revoked(after, a.Clock.Now().Add(-revokedSince), revokedPage)
	if n := len(all); n == revokedPage && all[n-1].Number < number {
		return all, all[n-1].Number, true, err
	}
	return all, number, false, err
}
