package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// reviewer is the role in which an officer decides what another one asked.
const reviewer = "reviewer"

// askReplacing asks that another user takes the place of who answers for an employer, who
// is told of it. What was asked about the place before is withdrawn.
func (a *App) askReplacing(ctx context.Context, s Store, p domain.Policy, own domain.Session, now domain.Account, w domain.Wanted) (id string, err error) {
	if _, taken, err := s.AccountByLogin(w.Login); err != nil || taken {
		return "", errors.Join(err, domain.ErrTaken)
	}
	by, err := s.PeekAccount(own.Account)
	if err != nil {
		return "", err
	}
	before, err := s.ActsAbout(now.ID)
	if err != nil {
		return "", err
	}
	for _, one := range before {
		if one.Kind != domain.ActReplacing || !one.Waits(p, a.Clock.Now()) {
			continue
		}
		if one, err = one.Withdraw(by, a.Clock.Now()); err != nil {
			return "", err
		}
		if err := s.SaveAct(one); err != nil {
			return "", err
		}
	}
	act := domain.Act{ID: a.NewID(), Kind: domain.ActReplacing, About: now.ID, Wanted: w, AskedBy: own.Account, AskedAt: a.Clock.Now(), State: domain.Waiting}
	return act.ID, errors.Join(s.SaveAct(act), a.changed(ctx, s, now, domain.Session{}, domain.ProofPlace, true))
}

// Replacings lists to an officer what was asked of who answers for employers of the own
// counties, and which of it the officer may decide.
func (a *App) Replacings(ctx context.Context, own domain.Session) (seen []SeenAct, err error) {
	caller, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	decides, may := caller.Narrowed(func(role string) bool { return role == reviewer })
	err = a.Data.Look(ctx, func(s Store) error {
		seen = nil
		all, err := s.Replacings()
		if err != nil {
			return err
		}
		known, err := a.seen(s, own, all)
		for _, one := range known {
			if caller.CoversDivision(one.Wanted.County) != nil {
				continue
			}
			one.Decidable = one.Decidable && may && decides.CoversDivision(one.Wanted.County) == nil
			seen = append(seen, one)
		}
		return err
	})
	return seen, err
}

// DecideReplacing ends what another officer asked. Once it is approved, who answered for
// the employer does so no more and is signed in nowhere; the link for the new one needs
// the word besides, which the officer has who asked.
func (a *App) DecideReplacing(ctx context.Context, own domain.Session, id string, approve bool, reason string) (act domain.Act, l Link, err error) {
	caller, err := auth.FromContext(ctx)
	if err != nil {
		return act, l, err
	}
	p, err := a.policy()
	if err != nil {
		return act, l, err
	}
	if err = a.Data.Look(ctx, func(s Store) (err error) { act, err = s.Act(id); return err }); err != nil {
		return act, l, err
	}
	if act.Kind != domain.ActReplacing || caller.CoversDivision(act.Wanted.County) != nil {
		return act, l, domain.ErrAct
	}
	err = a.Data.Change(ctx, func(s Store) error {
		l = Link{}
		if err := s.OneByOne("employer " + act.Wanted.Subject); err != nil {
			return err
		}
		by, err := s.PeekAccount(own.Account)
		if err != nil {
			return err
		}
		if act, err = s.Act(id); err != nil {
			return err
		}
		about, err := s.Account(act.About)
		if err != nil {
			return err
		}
		if about.State == domain.Closed { // meanwhile, by an administrator
			return domain.ErrActDecided
		}
		if act, err = act.Decide(by, about, approve, reason, p, a.Clock.Now()); err != nil {
			return err
		}
		if err := errors.Join(s.SaveAct(act), a.changed(ctx, s, about, domain.Session{}, domain.ProofPlace, act.State == domain.Approved)); err != nil {
			return err
		}
		if act.State != domain.Approved {
			return nil
		}
		if err := a.replace(ctx, s, about); err != nil {
			return err
		}
		_, link, err := a.openUser(ctx, s, p, act.AskedBy, act.Wanted.Subject, act.Wanted.Login, true)
		if err != nil {
			return err
		}
		l = link
		return a.worder(s, l, act.ID)
	})
	return act, l, a.announced(err)
}

// replace shuts the account of who answered for an employer. The password opens nothing
// any more and is kept for a while, so that who types it is told, and nobody else.
func (a *App) replace(ctx context.Context, s Store, one domain.Account) error {
	hash, found, err := s.Secret(one.ID, Password)
	if err != nil {
		return err
	}
	if err := a.shut(ctx, s, one); err != nil || !found {
		return err
	}
	return s.SaveFlow(domain.Flow{Hash: a.replaced(one.Login), Kind: domain.FlowReplaced, Account: one.ID, Held: hash, Ends: a.Clock.Now().Add(domain.ReplacedTold)})
}

// replaced is under what the password is kept of who was replaced.
func (a *App) replaced(login string) []byte { return a.Keyed.BlindIndex("identity replaced", login) }
