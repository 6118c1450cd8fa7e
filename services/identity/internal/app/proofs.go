package app

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// mayChange is the caller's session, where it may set up a way to sign in.
func (a *App) mayChange(ctx context.Context) (own domain.Session, p domain.Policy, err error) {
	if own, err = a.own(ctx); err != nil {
		return own, p, err
	}
	if p, err = a.policy(); err != nil {
		return own, p, err
	}
	var who domain.Account
	if err = a.Data.Look(ctx, func(s Store) (err error) { who, err = s.PeekAccount(own.Account); return err }); err != nil {
		return own, p, err
	}
	return own, p, own.MaySetUp(who.Kind, p.Proof, a.Clock.Now())
}

// signedIn locks the account of a session that goes on: what a reset, a closing or the
// owner ended meanwhile writes nothing after them.
func (a *App) signedIn(s Store, own domain.Session) (who domain.Account, one domain.Session, err error) {
	if who, err = s.Account(own.Account); err != nil {
		return who, one, err
	}
	if who.State != domain.Open {
		return who, one, domain.ErrSession
	}
	if one, err = s.Session(own.ID); err != nil {
		return who, one, err
	}
	return who, one, one.Live(a.Clock.Now())
}

// changing is signedIn of a session that may set up a way to sign in now.
func (a *App) changing(s Store, p domain.Policy, own domain.Session) (who domain.Account, one domain.Session, err error) {
	if who, one, err = a.signedIn(s, own); err != nil {
		return who, one, err
	}
	return who, one, one.MaySetUp(who.Kind, p.Proof, a.Clock.Now())
}

// changed writes down that a way to sign in was set up or taken away, and tells a worker.
func (a *App) changed(ctx context.Context, s Store, who domain.Account, by domain.Session, proof string, removed bool) error {
	worker := ""
	if who.Kind == domain.Worker {
		worker = who.Subject
	}
	return s.SaveProofChange(ctx, domain.ProofChange{ID: a.NewID(), Account: who.ID, At: a.Clock.Now(), Proof: proof, Removed: removed, Device: by.Device}, worker)
}

// Proofs is by which ways somebody signs in.
type Proofs struct {
	Passkeys                       []Passkey
	Outsides                       []domain.OutsideLink
	PinAt, PasswordAt, PasswordEnd time.Time
	Papers                         int
	Changes                        []domain.ProofChange
	FreshUntil                     time.Time // the zero time where the session may set nothing up
	ShownUntil                     time.Time // of what is the person's own word at once, after a counter's code too
}

// Proofs lists the caller's own.
func (a *App) Proofs(ctx context.Context) (all Proofs, err error) {
	own, err := a.own(ctx)
	if err != nil {
		return all, err
	}
	p, err := a.policy()
	if err != nil {
		return all, err
	}
	now := a.Clock.Now()
	err = a.Data.Look(ctx, func(s Store) error {
		who, err := s.PeekAccount(own.Account)
		if err != nil {
			return err
		}
		all = Proofs{}
		if own.MaySetUp(who.Kind, p.Proof, now) == nil {
			all.FreshUntil = own.FreshUntil(p.Proof)
		}
		if own.MayBind(who.Kind, p.Proof, now) == nil {
			all.ShownUntil = own.FreshUntil(p.Proof)
		}
		var errs [6]error
		all.Passkeys, errs[0] = s.Passkeys(who.ID)
		all.Outsides, errs[1] = s.Outsides(who.ID)
		all.PinAt, errs[2] = s.SecretAt(who.ID, Pin)
		all.PasswordAt, errs[3] = s.SecretAt(who.ID, Password)
		all.Papers, errs[4] = s.Papers(who.ID)
		all.Changes, errs[5] = s.ProofChanges(who.ID, now.Add(-p.Proof.Changes))
		all.PasswordEnd = p.Password.Ends(all.PasswordAt)
		return errors.Join(errs[:]...)
	})
	return all, err
}

// ownKey finds a passkey of an account by its handle.
func ownKey(s Store, account, handle string) (Passkey, error) {
	all, err := s.Passkeys(account)
	for _, one := range all {
		if one.Handle() == handle {
			return one, err
		}
	}
	return Passkey{}, errors.Join(err, domain.ErrNoSuchProof)
}

// NamePasskey says anew what a passkey of the caller's own is called.
func (a *App) NamePasskey(s Store, own domain.Session, id, name string) error {
	who, _, err := a.signedIn(s, own)
	if err != nil {
		return err
	}
	key, err := ownKey(s, who.ID, id)
	if err != nil {
		return err
	}
	return s.NamePasskey(who.ID, key.ID, name)
}

// RemovePasskey takes a passkey of the caller's own away. Whoever lost the telephone that
// holds it does so from wherever he can sign in.
func (a *App) RemovePasskey(ctx context.Context, s Store, own domain.Session, id string) error {
	who, one, err := a.signedIn(s, own)
	if err != nil {
		return err
	}
	if one.Via == domain.ByImport {
		return domain.ErrNoRight
	}
	key, err := ownKey(s, who.ID, id)
	if err != nil {
		return err
	}
	return errors.Join(s.DropPasskey(who.ID, key.ID), a.changed(ctx, s, who, one, domain.ProofPasskey, true))
}

// ChangePassword sets the caller's own password. Whoever signed in elsewhere by the one
// before is signed out.
func (a *App) ChangePassword(ctx context.Context, password string) error {
	own, p, err := a.mayChange(ctx)
	if err != nil {
		return err
	}
	var who domain.Account
	var at time.Time
	if err := a.Data.Look(ctx, func(s Store) (err error) {
		if who, err = s.PeekAccount(own.Account); err != nil {
			return err
		}
		at, err = s.SecretAt(who.ID, Password)
		return err
	}); err != nil {
		return err
	}
	if at.IsZero() {
		return domain.ErrNoSuchProof
	}
	tried, err := a.try(ctx, p, "set password", own.Account, "")
	if err != nil {
		return err
	}
	hash, err := a.another(ctx, p, who, password)
	if codeOf(err) == domain.ErrOld.Code {
		err = domain.ErrSame
	}
	if err != nil {
		return err
	}
	return a.announced(a.Data.Change(ctx, func(s Store) error {
		who, one, err := a.changing(s, p, own)
		if err != nil {
			return err
		}
		if err := errors.Join(a.renew(ctx, s, who.ID, hash), a.changed(ctx, s, who, one, domain.ProofPassword, false), a.right(s, tried)); err != nil {
			return err
		}
		_, err = a.endAll(s, who.ID, one.Number, domain.Renewed)
		return err
	}))
}

// RenewPaperCodes makes the codes on paper anew, for who has a second factor.
func (a *App) RenewPaperCodes(ctx context.Context) (paper []string, err error) {
	own, p, err := a.mayChange(ctx)
	if err != nil {
		return nil, err
	}
	err = a.Data.Change(ctx, func(s Store) error {
		who, one, err := a.changing(s, p, own)
		if err != nil {
			return err
		}
		if _, found, err := s.Totp(who.ID); err != nil || !found {
			return errors.Join(err, domain.ErrNoSuchProof)
		}
		var indexes [][]byte
		paper, indexes = a.papers(who.ID)
		return errors.Join(s.SetPaper(who.ID, indexes), a.changed(ctx, s, who, one, domain.ProofPapers, false))
	})
	if err != nil {
		return nil, err
	}
	return paper, nil
}

// papers makes codes for paper, and what is kept of them.
func (a *App) papers(account string) (paper []string, indexes [][]byte) {
	for range paperCodes {
		c := a.newCode(10) // 80 bits
		paper, indexes = append(paper, c), append(indexes, a.index("paper "+account, c))
	}
	return paper, indexes
}

// UnbindOutside parts an outside identity from the caller's own account.
func (a *App) UnbindOutside(ctx context.Context, s Store, own domain.Session, id string) error {
	who, one, err := a.signedIn(s, own)
	if err != nil {
		return err
	}
	all, err := s.Outsides(who.ID)
	if err != nil {
		return err
	}
	for _, o := range all {
		if OutsideHandle(o) == id {
			return errors.Join(s.DropOutside(o), a.changed(ctx, s, who, one, domain.ProofOutside, true))
		}
	}
	return domain.ErrNoSuchProof
}

// OutsideHandle names an outside identity to whose it is.
func OutsideHandle(o domain.OutsideLink) string {
	return handle(append([]byte(o.Source+"\x00"), o.Subject...))
}
