package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// Firms is what the employment department knows of employers.
type Firms interface {
	// Employer finds one by its number or credit code, or returns ErrFirm.
	Employer(ctx context.Context, id string) (domain.Firm, error)
}

// firm is an employer of the officer's counties.
func (a *App) firm(ctx context.Context, id string) (f domain.Firm, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return f, err
	}
	if f, err = a.Firms.Employer(ctx, id); err != nil {
		return f, err
	}
	if p.CoversDivision(f.County) != nil {
		return f, domain.ErrFirm
	}
	return f, nil
}

// OpenEmployer opens the account of the user who answers for an employer's users, after
// an officer saw the licence. Where there is one, the officer must say that the new one
// is to take that one's place, and another officer decides: act is what was asked. Only
// where nobody used the account of before, whose link may be lost, it ends by one alone.
func (a *App) OpenEmployer(ctx context.Context, employer, name string, replaces bool) (made domain.Account, l Link, act string, err error) {
	own, err := a.own(ctx)
	if err != nil {
		return made, l, "", err
	}
	p, err := a.policy()
	if err != nil {
		return made, l, "", err
	}
	f, err := a.firm(ctx, employer)
	if err != nil {
		return made, l, "", err
	}
	login, err := f.UserName(name)
	if err != nil {
		return made, l, "", err
	}
	err = a.Data.Change(ctx, func(s Store) error {
		if err := s.OneByOne("employer " + f.ID); err != nil {
			return err
		}
		users, err := s.EmployerUsers(f.ID)
		if err != nil {
			return err
		}
		for _, one := range users {
			if !one.Responsible {
				continue
			}
			if !replaces {
				return domain.ErrResponsible
			}
			if one.Used() {
				act, err = a.askReplacing(ctx, s, p, own, one, domain.Wanted{Kind: domain.Employer, Subject: f.ID, Login: login, County: f.County})
				return err
			}
			if err := a.shut(ctx, s, one); err != nil {
				return err
			}
		}
		made, l, err = a.openUser(ctx, s, p, own.Account, f.ID, login, true)
		return err
	})
	return made, l, act, a.announced(err)
}

// shut closes an account: what signs it in is gone, and it is signed in nowhere.
func (a *App) shut(ctx context.Context, s Store, one domain.Account) error {
	closed, events, err := one.Close()
	if err != nil {
		return err
	}
	if err := errors.Join(s.SaveAccount(ctx, closed, events...), s.DropCredentials(one.ID), s.DropLinks(one.ID)); err != nil {
		return err
	}
	_, err = a.endAll(s, one.ID, 0, domain.ShutOut)
	return err
}

func (a *App) openUser(ctx context.Context, s Store, p domain.Policy, by, employer, login string, responsible bool) (made domain.Account, l Link, err error) {
	opener, err := s.PeekAccount(by)
	if err != nil {
		return made, l, err
	}
	made, events, err := domain.OpenUser(a.NewID(), employer, login, responsible, opener, a.Clock.Now())
	if err != nil {
		return made, l, err
	}
	if _, taken, err := s.AccountByLogin(made.Login); err != nil || taken {
		return made, l, errors.Join(err, domain.ErrTaken)
	}
	if err := s.SaveAccount(ctx, made, events...); err != nil {
		return made, l, err
	}
	l, err = a.newLink(s, p, made.ID)
	return made, l, err
}

// User is an employer's user, and what the one who opened it is called.
type User struct {
	domain.Account
	Opener string
}

// EmployerUsers lists an employer's users to one of them, or to an officer of its county,
// and what waits of who is to answer for them.
func (a *App) EmployerUsers(ctx context.Context, employer string) (own domain.Session, all []User, waits *SeenAct, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return own, nil, nil, err
	}
	if own, err = a.own(ctx); err != nil {
		return own, nil, nil, err
	}
	rule, err := a.policy()
	if err != nil {
		return own, nil, nil, err
	}
	if p.Kind == auth.Employer {
		employer = p.Subject
	} else {
		f, err := a.firm(ctx, employer)
		if err != nil {
			return own, nil, nil, err
		}
		employer = f.ID
	}
	err = a.Data.Look(ctx, func(s Store) error {
		all, waits = nil, nil
		users, err := s.EmployerUsers(employer)
		if err != nil {
			return err
		}
		for _, one := range users {
			u := User{Account: one}
			if one.OpenedBy != "" {
				by, err := s.PeekAccount(one.OpenedBy)
				if err != nil {
					return err
				}
				if u.Opener = by.Login; by.Kind == domain.Officer || u.Opener == "" {
					u.Opener = by.Subject
				}
			}
			all = append(all, u)
			if !one.Responsible {
				continue
			}
			asked, err := s.ActsAbout(one.ID)
			if err != nil {
				return err
			}
			for _, act := range asked {
				if act.Kind == domain.ActReplacing && act.Waits(rule, a.Clock.Now()) {
					waits = &SeenAct{Act: act, Who: one}
					if waits.Asker, err = s.PeekAccount(act.AskedBy); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
	return own, all, waits, err
}

// AddUser opens the account of a further user, by the one who answers for them.
func (a *App) AddUser(ctx context.Context, name string) (made domain.Account, l Link, err error) {
	return a.answering(ctx, "", func(s Store, p domain.Policy, by, _ domain.Account) (made domain.Account, l Link, err error) {
		login, err := by.Another(name)
		if err != nil {
			return made, l, err
		}
		return a.openUser(ctx, s, p, by.ID, by.Subject, login, false)
	})
}

// RenewUser makes a new link for a further user; what signed in before does so no more.
func (a *App) RenewUser(ctx context.Context, account string) (domain.Account, Link, error) {
	return a.answering(ctx, account, func(s Store, p domain.Policy, _, other domain.Account) (_ domain.Account, l Link, err error) {
		if err := a.reset(ctx, s, other); err != nil {
			return other, l, err
		}
		l, err = a.newLink(s, p, other.ID)
		return other, l, err
	})
}

// EndUser closes the account of a further user.
func (a *App) EndUser(ctx context.Context, s Store, own domain.Session, account string) error {
	by, err := s.PeekAccount(own.Account)
	if err != nil {
		return err
	}
	other, err := s.Account(account)
	if err != nil {
		return err
	}
	if err := by.Answers(other); err != nil {
		return err
	}
	return a.shut(ctx, s, other)
}

// answering does what the user who answers for the others does about one of them, or,
// for "", about one who is not there yet.
func (a *App) answering(ctx context.Context, account string, do func(s Store, p domain.Policy, by, other domain.Account) (domain.Account, Link, error)) (who domain.Account, l Link, err error) {
	own, err := a.own(ctx)
	if err != nil {
		return who, l, err
	}
	p, err := a.policy()
	if err != nil {
		return who, l, err
	}
	err = a.Data.Change(ctx, func(s Store) error {
		by, err := s.Account(own.Account) // beside its own end, which comes first or after
		if err != nil {
			return err
		}
		if by.Kind != domain.Employer || !by.Responsible || by.State != domain.Open {
			return domain.ErrNoRight
		}
		var other domain.Account
		if account != "" {
			if other, err = s.Account(account); err != nil {
				return err
			}
			if err := by.Answers(other); err != nil {
				return err
			}
		}
		who, l, err = do(s, p, by, other)
		return err
	})
	return who, l, a.announced(err)
}
