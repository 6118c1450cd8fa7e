package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// viaPlay is how a session began that a visitor of a demonstration took.
const viaPlay = "play"

// Offered is somebody whom visitors of a demonstration may play, with what there is to try.
type Offered struct {
	domain.Player
	domain.Wanted
}

// OfferPlayers says whom visitors may play, and opens the accounts that are missing.
// Offered again, the accounts stay.
func (a *App) OfferPlayers(ctx context.Context, all []Offered) (offered []Played, err error) {
	if !a.Demo {
		return nil, domain.ErrNoPlay
	}
	return offered, a.Data.Change(ctx, func(s Store) error {
		if err := s.OneByOne("players"); err != nil {
			return err
		}
		var players []domain.Player
		offered = nil
		for i, one := range all {
			who, err := a.playable(ctx, s, one.Wanted)
			if err != nil {
				return err
			}
			one.Account, one.Place = who.ID, i
			players, offered = append(players, one.Player), append(offered, Played{one.Player, who, one.Grants})
		}
		return s.OfferPlayers(players)
	})
}

// playable is the account of somebody who is offered, which needs no credential.
func (a *App) playable(ctx context.Context, s Store, w domain.Wanted) (domain.Account, error) {
	if w.Kind == domain.Officer || w.Kind == domain.Administrator {
		if err := w.Grants.Check(w.Kind, a.departments(), a.divisions()); err != nil {
			return domain.Account{}, err
		}
	} else if w.Grants != nil {
		return domain.Account{}, domain.ErrGrant
	}
	login := w.Subject
	if w.Kind == domain.Worker {
		login = ""
	}
	made, events, err := domain.OpenAccount(a.NewID(), w.Kind, w.Subject, login, w.Office, w.Kind == domain.Employer)
	if err != nil {
		return made, err
	}
	who, found, err := s.AccountByLogin(made.Login)
	if w.Kind == domain.Worker {
		who, found, err = s.AccountOf(w.Subject)
	}
	switch {
	case err != nil:
		return who, err
	case found && who.Kind != w.Kind:
		return who, domain.ErrTaken
	case !found:
		if who = made; who.State == domain.Invited {
			if who, err = who.Ready(a.Clock.Now()); err != nil {
				return who, err
			}
		}
		if err := s.SaveAccount(ctx, who, events...); err != nil {
			return who, err
		}
	}
	return who, s.SetGrants(who.ID, w.Grants)
}

// Played is somebody whom visitors may play, with the account.
type Played struct {
	domain.Player
	Of     domain.Account
	Grants domain.Grants
}

// Players lists whom visitors may play; whose page a subject's is comes first.
func (a *App) Players(ctx context.Context, subject string) (all []Played, err error) {
	if !a.Demo {
		return nil, domain.ErrNoPlay
	}
	return all, a.Data.Look(ctx, func(s Store) error {
		players, err := s.Players(subject)
		if err != nil {
			return err
		}
		for _, p := range players {
			who, err1 := s.PeekAccount(p.Account)
			grants, err2 := s.Grants(p.Account)
			if err := errors.Join(err1, err2); err != nil {
				return err
			}
			all = append(all, Played{p, who, grants})
		}
		return nil
	})
}

// Play begins a session of somebody who is offered, with all that two factors would
// open: the demonstration hides nothing. Nobody else's account is opened by it.
func (a *App) Play(ctx context.Context, account, device string) (b Begun, err error) {
	if !a.Demo {
		return b, domain.ErrNoPlay
	}
	p, err := a.policy()
	if err != nil {
		return b, err
	}
	err = a.Data.Change(ctx, func(s Store) error {
		who, err := s.Account(account)
		if codeOf(err) == domain.ErrAccount.Code {
			return domain.ErrPlayer
		}
		if err != nil {
			return err
		}
		players, err := s.Players(who.Subject)
		if err != nil {
			return err
		}
		for _, one := range players {
			if one.Account == who.ID {
				b, err = a.begin(s, p, who, device, viaPlay, domain.TwoFactors, p.Sessions[who.Kind])
				return err
			}
		}
		return domain.ErrPlayer
	})
	return b, a.announced(err)
}
