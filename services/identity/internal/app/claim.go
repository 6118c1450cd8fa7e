package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// claimable returns ErrClaim unless an account may take a staff number, and with it the
// history that is written under it: the account was never used, so that nobody has two
// numbers and is the second officer of his own case, and no account had the number.
func (a *App) claimable(s Store, who domain.Account, staff string) error {
	if who.Kind != domain.Officer || staff == "" || staff == who.Subject {
		return domain.ErrClaim
	}
	used, err := s.LastUsed(who.ID)
	if err != nil {
		return err
	}
	had, err := s.StaffHad(staff)
	if err != nil {
		return err
	}
	if had || !used.IsZero() {
		return domain.ErrClaim
	}
	return nil
}

// ProposeClaim asks that an account takes a staff number of before.
func (a *App) ProposeClaim(s Store, own domain.Session, account, staff string) (string, error) {
	staff = ident.StaffNumber(staff)
	who, err := s.PeekAccount(account)
	if err != nil {
		return "", err
	}
	if err := a.claimable(s, who, staff); err != nil {
		return "", err
	}
	return a.Propose(s, own, domain.ActClaim, account, domain.Wanted{Subject: staff})
}

// claim carries it out. The link that was given out before is for the former number,
// and opens nothing any more.
func (a *App) claim(ctx context.Context, s Store, p domain.Policy, who domain.Account, staff string) (l Link, err error) {
	if err := a.claimable(s, who, staff); err != nil {
		return l, err
	}
	who.Subject, who.Login = staff, staff
	who.State = domain.Invited
	if err := errors.Join(s.SaveAccount(ctx, who, domain.GrantsChanged{AccountID: who.ID}), s.DropCredentials(who.ID)); err != nil {
		return l, err
	}
	return a.newLink(s, p, who.ID)
}
