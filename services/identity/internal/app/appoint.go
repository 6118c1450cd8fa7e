package app

import (
	"context"
	"errors"
	"slices"

	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// Appoint puts somebody into an administrators' office, by the word of who holds the
// platform's key. Whoever held it does so no more; who holds it already gets a new link.
func (a *App) Appoint(ctx context.Context, s Store, office, staff string) (l Link, err error) {
	p, err := a.policy()
	if err != nil {
		return l, err
	}
	if !slices.Contains(domain.Offices(), office) {
		return l, domain.ErrKind
	}
	made, _, err := domain.OpenAccount("new", domain.Administrator, staff, staff, office, false)
	if err != nil {
		return l, err
	}
	if err := s.OneByOne(administrators); err != nil {
		return l, err
	}
	all, err := s.Administrators()
	if err != nil {
		return l, err
	}
	var who domain.Account
	for _, one := range all {
		switch {
		case one.Office != office:
		case one.Subject == made.Subject:
			who = one
		default:
			if err := a.shut(ctx, s, one); err != nil {
				return l, err
			}
		}
	}
	if who.ID == "" {
		if _, taken, err := s.AccountByLogin(made.Login); err != nil || taken {
			return l, errors.Join(err, domain.ErrTaken)
		}
		who, err = a.open(ctx, s, domain.Wanted{Kind: domain.Administrator, Subject: made.Subject, Office: office, Grants: domain.Grants{{Role: domain.Administrator, Division: domain.Everywhere}}})
	} else {
		err = a.reset(ctx, s, who)
	}
	if err != nil {
		return l, err
	}
	if err := a.deny(s, domain.Denial{Kind: "operator", Subject: made.Subject, Service: service, Method: "AppointAdministrator", Code: domain.ErrAppointed.Code}); err != nil {
		return l, err
	}
	return a.newLink(s, p, who.ID)
}

// reset takes away what signs an account in; where it is signed in, it is so no more.
func (a *App) reset(ctx context.Context, s Store, who domain.Account) error {
	who, events, err := who.Reset()
	if err != nil {
		return err
	}
	if err := errors.Join(s.SaveAccount(ctx, who, events...), s.DropCredentials(who.ID)); err != nil {
		return err
	}
	_, err = a.endAll(s, who.ID, 0, domain.Renewed)
	return err
}
