package startup

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/startup"
)

// WithdrawLoan takes a request back.
func (a *App) WithdrawLoan(ctx context.Context, s Store, id string) error {
	l, err := s.Loan(id)
	if err != nil {
		return err
	}
	if _, err := auth.ActingFor(ctx, l.Worker); err != nil {
		return auth.Hide(err, startup.ErrLoanUnknown)
	}
	l, events, err := l.Withdraw()
	if err != nil {
		return err
	}
	return s.SaveLoan(ctx, l, events...)
}
