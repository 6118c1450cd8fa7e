package app

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// approvalsOnPage is how many approvals a page lists.
const approvalsOnPage = 200

// ApproveTexts writes down that a speaker approved texts. In a demonstration it is marked:
// nobody read them, and they count nowhere else.
func (a *App) ApproveTexts(s Store, by domain.Account, language, file, version, speaker, qualification string) (id string, err error) {
	one, err := domain.Approve(a.NewID(), language, file, version, speaker, qualification, by, a.Clock.Now())
	if err != nil {
		return "", err
	}
	if err := s.OneByOne("approvals of texts"); err != nil {
		return "", err
	}
	all, err := s.Approvals(language, file, []string{version}, "", approvalsOnPage)
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(all, func(o domain.Approval) bool { return o.WithdrawnAt.IsZero() }) {
		return "", domain.ErrApproved
	}
	one.Demonstration = a.Demo
	return one.ID, s.SaveApproval(one)
}

// WithdrawApproval takes one back.
func (a *App) WithdrawApproval(s Store, by domain.Account, id, reason string) error {
	one, err := s.Approval(id)
	if err != nil {
		return err
	}
	if one, err = one.Withdraw(by, reason, a.Clock.Now()); err != nil {
		return err
	}
	return s.SaveApproval(one)
}

// Approvals lists a page of a language's, or of a file's in it, newest first. next is where
// the next page begins, or "".
func (a *App) Approvals(s Store, language, file string, versions []string, before string) (all []domain.Approval, next string, err error) {
	all, err = s.Approvals(language, file, versions, before, approvalsOnPage+1)
	if len(all) > approvalsOnPage {
		all = all[:approvalsOnPage]
		next = all[approvalsOnPage-1].ID
	}
	return all, next, err
}

// Approved lists those by which pages speak.
func (a *App) Approved(s Store) ([]domain.Approval, error) { return s.Approved(a.Demo) }

// Enters is the administrator who enters an approval: by the session, or who makes a
// demonstration, and has none.
func (a *App) Enters(ctx context.Context) (by domain.Account, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return by, err
	}
	if a.Demo && p.Session == 0 {
		return domain.Account{Subject: p.Subject}, nil
	}
	own, err := a.own(ctx)
	if err != nil {
		return by, err
	}
	err = a.Data.Look(ctx, func(s Store) (err error) { by, err = s.PeekAccount(own.Account); return err })
	return by, err
}
