package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// HandOffLoan hands the worker's loan request to the bank that the worker
// chose, on a separate consent. The limits of EM-06 are checked; the worker is
// not judged, and no other bank learns of it.
func (a *App) HandOffLoan(ctx context.Context, s Store, l domain.LoanRequest) (string, error) {
	if _, err := actingFor(ctx, l.Worker); err != nil {
		return "", auth.Hide(err, domain.ErrLoanUnknown)
	}
	rules, err := a.StartupRules(l.County)
	if err != nil {
		return "", err
	}
	l.ID = a.NewID()
	l, events, err := domain.HandOffLoan(l, rules, a.Clock.Now())
	if err != nil {
		return "", err
	}
	return l.ID, s.SaveLoan(ctx, l, events...)
}

// WithdrawLoan takes a request back.
func (a *App) WithdrawLoan(ctx context.Context, s Store, id string) error {
	l, err := s.Loan(id)
	if err != nil {
		return err
	}
	if _, err := actingFor(ctx, l.Worker); err != nil {
		return auth.Hide(err, domain.ErrLoanUnknown)
	}
	l, events, err := l.Withdraw()
	if err != nil {
		return err
	}
	return s.SaveLoan(ctx, l, events...)
}

// ReadLoan reads a request: for its worker, and while it stands for the bank
// that was chosen. To any other bank there is no such request.
func (a *App) ReadLoan(ctx context.Context, s Store, id string) (domain.LoanRequest, error) {
	l, err := s.PeekLoan(id)
	if err != nil {
		return l, err
	}
	p, err := auth.From(ctx)
	if err != nil {
		return domain.LoanRequest{}, err
	}
	if p.Kind == auth.Partner {
		if p.Subject != l.BankCode || l.Withdrawn {
			return domain.LoanRequest{}, domain.ErrLoanUnknown
		}
		return l, nil
	}
	return l, auth.Hide(p.MayActFor(l.Worker), domain.ErrLoanUnknown)
}
