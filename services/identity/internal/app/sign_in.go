package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// Begun is a session that began, and its secret, which is shown once.
type Begun struct {
	Session domain.Session
	Account domain.Account
	Secret  string
	Bind    string // in the place of a session: joins an outside identity to an account
	// PasswordEnds is when the account's password is too old; the zero time is never.
	PasswordEnds time.Time
	// Known is what the browser keeps, until a time.
	Known      string
	KnownUntil time.Time
	// Changed says that a way to sign in was set up or taken away since the session before began.
	Changed bool
}

// SignIn takes a name and a password and gives the flow that a second factor ends.
// What it answers, and how long it takes, is the same whether or not there is such an account.
// A browser that signed in at this name before has tries of its own.
func (a *App) SignIn(ctx context.Context, login, password, known, address string) (flow string, err error) {
	p, err := a.policy()
	if err != nil {
		return "", err
	}
	login = domain.LoginName(login)
	sort, name := "login", login
	if known = a.knows(login, known); known != "" {
		sort, name, address = "known", login+"\x00"+known, ""
	}
	at, err := a.try(ctx, p, sort, name, address)
	if err != nil {
		return "", err
	}
	who, hash, err := a.remembered(ctx, login)
	if err != nil {
		return "", err
	}
	ok, stale, err := a.Hasher.Matches(ctx, hash, password)
	switch {
	case err != nil:
		return "", err
	case !ok:
		return "", a.refused(ctx, who, "SignIn", domain.ErrSignIn)
	}
	if who.State == domain.Closed {
		return "", domain.ErrReplaced
	}
	if stale {
		if hash, err = a.Hasher.Hash(ctx, password); err != nil {
			return "", err
		}
	}
	flow, h := a.newSecret()
	return flow, a.Data.Change(ctx, func(s Store) error {
		if stale {
			if err := s.SetSecret(who.ID, Password, hash, who.PasswordAt); err != nil {
				return err
			}
		}
		return s.SaveFlow(domain.Flow{Hash: h, Kind: domain.FlowSecond, Account: who.ID, Held: at.carried(known), Ends: a.Clock.Now().Add(domain.FlowLife)})
	})
}

// remembered finds the account and the password's hash of a name; the hash is empty
// where nobody can sign in by it, nor be told that it does so no more.
func (a *App) remembered(ctx context.Context, login string) (who domain.Account, hash string, err error) {
	err = a.Data.Look(ctx, func(s Store) error {
		found, ok, err := s.AccountByLogin(login)
		if err != nil {
			return err
		}
		if !ok {
			f, err := a.flow(s, a.replaced(login), domain.FlowReplaced)
			if codeOf(err) == domain.ErrFlow.Code {
				return nil
			}
			if err != nil {
				return err
			}
			hash = f.Held
			who, err = s.PeekAccount(f.Account)
			return err
		}
		who = found
		if who.State != domain.Open {
			return nil
		}
		hash, _, err = s.Secret(who.ID, Password)
		return err
	})
	return who, hash, err
}

// SecondFactor ends a sign-in with a code: six digits of the telephone's, or a code
// on paper. Each works once. Where the password is older than the rule allows, ErrOld
// says so after the right code, which stays unused: the same flow, with a code and a
// new password, sets that and ends the sign-in.
func (a *App) SecondFactor(ctx context.Context, flow, code, renewed, device, address string) (b Begun, err error) {
	p, err := a.policy()
	if err != nil {
		return b, err
	}
	who, known, _, err := a.flowing(ctx, flow, domain.FlowSecond)
	if err != nil {
		return b, err
	}
	at, err := a.try(ctx, p, "second", who.ID+known, "") // the address's try is the password's, which the flow carries
	if err != nil {
		return b, err
	}
	right, old, hash := false, p.Password.Old(who.PasswordAt, a.Clock.Now()), ""
	if old && renewed != "" {
		if hash, err = a.another(ctx, p, who, renewed); err != nil {
			return b, err
		}
	}
	err = a.Data.Change(ctx, func(s Store) error {
		if right, err = a.proves(s, who, code); err != nil || !right {
			return err
		}
		if old && hash == "" {
			return domain.ErrOld
		}
		if hash != "" {
			if err := a.renew(ctx, s, who.ID, hash); err != nil {
				return err
			}
		}
		b, err = a.enter(ctx, s, p, hashOf(flow), device, domain.TwoFactors, at)
		return err
	})
	if codeOf(err) == domain.ErrOld.Code {
		err = errors.Join(err, a.Data.Change(ctx, func(s Store) error { return a.right(s, at) }))
	}
	if err == nil && !right {
		return b, a.refused(ctx, who, "SecondFactor", domain.ErrSignIn)
	}
	return b, a.announced(err)
}

// another hashes a new password, which the one before is not.
func (a *App) another(ctx context.Context, p domain.Policy, who domain.Account, password string) (hash string, err error) {
	if err := domain.CheckPassword(p.Password, who.Login, password); err != nil {
		return "", err
	}
	_, before, err := a.remembered(ctx, who.Login)
	if err != nil {
		return "", err
	}
	same, _, err := a.Hasher.Matches(ctx, before, password)
	if err != nil {
		return "", err
	}
	if same {
		return "", domain.ErrOld
	}
	return a.Hasher.Hash(ctx, password)
}

// renew sets it.
func (a *App) renew(ctx context.Context, s Store, account, hash string) error {
	who, err := s.Account(account)
	if err != nil {
		return err
	}
	if who.State != domain.Open {
		return domain.ErrSignIn
	}
	who.PasswordAt = a.Clock.Now()
	return errors.Join(s.SetSecret(who.ID, Password, hash, who.PasswordAt), s.SaveAccount(ctx, who))
}

// flowing is whose flow of a kind is under way, by which known browser, and the try with
// which it began.
func (a *App) flowing(ctx context.Context, flow, kind string) (who domain.Account, known string, at attempt, err error) {
	err = a.Data.Look(ctx, func(s Store) error {
		f, err := a.flow(s, hashOf(flow), kind)
		if err != nil {
			return err
		}
		at, known = held(f)
		who, err = s.PeekAccount(f.Account)
		return err
	})
	return who, known, at, err
}

func (a *App) flow(s Store, hash []byte, kind string) (domain.Flow, error) {
	f, err := s.Flow(hash)
	if err == nil && (f.Kind != kind || !a.Clock.Now().Before(f.Ends)) {
		err = domain.ErrFlow
	}
	return f, err
}

// drift is how many steps a telephone's clock may be off: half a minute.
const drift = 1

// proves uses a code of the second factor up.
func (a *App) proves(s Store, who domain.Account, code string) (bool, error) {
	code = typed(code)
	if len(code) != 6 {
		return s.UsePaper(who.ID, a.index("paper "+who.ID, code), a.Clock.Now())
	}
	secret, found, err := s.Totp(who.ID)
	if err != nil || !found {
		return false, err
	}
	step, right, err := a.stepOf(secret, code)
	if err != nil || !right {
		return false, err
	}
	return s.UseStep(who.ID, step)
}

// stepOf finds the step that a code is of, among those that a clock may be off.
func (a *App) stepOf(secret, code string) (step int64, right bool, err error) {
	now := a.OneTime.Step(a.Clock.Now())
	for s := now - drift; s <= now+drift; s++ {
		want, err := a.OneTime.Code(secret, s)
		if err != nil {
			return 0, false, err
		}
		if same(want, code) {
			step, right = s, true
		}
	}
	return step, right, nil
}

// enter ends a flow with a session: of two who end one flow, one does.
func (a *App) enter(ctx context.Context, s Store, p domain.Policy, flow []byte, device string, level int, at ...attempt) (b Begun, err error) {
	f, err := s.Flow(flow)
	if err != nil {
		return b, err
	}
	there, err := s.DropFlow(flow)
	if err == nil && !there {
		err = domain.ErrFlow
	}
	if err != nil {
		return b, err
	}
	who, err := s.Account(f.Account)
	if err != nil {
		return b, err
	}
	first, _ := held(f)
	if err := a.right(s, append(at, first)...); err != nil {
		return b, err
	}
	return a.begin(s, p, who, device, viaWeb, level, p.Sessions[who.Kind])
}

const (
	viaWeb    = "web"
	viaImport = domain.ByImport
)

// begin makes a session. Of too many, the one that rested longest ends; programs that
// were let in, which rest by day, are counted for themselves.
func (a *App) begin(s Store, p domain.Policy, who domain.Account, device, via string, level int, lasts domain.SessionPolicy) (b Begun, err error) {
	if who.State != domain.Open {
		return b, domain.ErrSignIn
	}
	if who.Kind == domain.Worker {
		if err := s.Living(who.Subject); err != nil {
			return b, err
		}
	}
	now := a.Clock.Now()
	live, err := s.LiveSessions(who.ID, now)
	if err != nil {
		return b, err
	}
	live = slices.DeleteFunc(live, func(one domain.Session) bool { return (one.Via == viaImport) != (via == viaImport) })
	for len(live) >= p.Most {
		last := len(live) - 1 // newest first
		if err := a.end(s, domain.Superseded, now, live[last]); err != nil {
			return b, err
		}
		live = live[:last]
	}
	b = Begun{Account: who, PasswordEnds: p.Password.Ends(who.PasswordAt)}
	before, err := s.LastBegan(who.ID)
	if err != nil {
		return b, err
	}
	if !before.IsZero() {
		changes, err := s.ProofChanges(who.ID, before.Add(-time.Microsecond))
		if err != nil {
			return b, err
		}
		b.Changed = len(changes) > 0
	}
	b.Known, b.KnownUntil = a.knownBrowser(p, who.Login)
	secret, hash := a.newSecret()
	b.Secret = secret
	b.Session, err = s.AddSession(domain.NewSession(a.NewID(), who.ID, device, via, hash, level, lasts, now))
	return b, err
}

// end ends sessions and revokes what was given out for them.
func (a *App) end(s Store, why string, now time.Time, all ...domain.Session) error {
	var numbers []int64
	for _, one := range all {
		ended, did := one.End(why, now)
		if !did {
			continue
		}
		if err := s.SaveSession(ended); err != nil {
			return err
		}
		numbers = append(numbers, one.Number)
	}
	return s.Revoke(domain.Ranges(numbers), now)
}

// announced lets everybody know that sessions may have been revoked.
func (a *App) announced(err error) error {
	if err == nil && a.Announced != nil {
		a.Announced()
	}
	return err
}
