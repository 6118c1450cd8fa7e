package startup

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/startup"
)

// ReadLoan reads a request: for its worker, and while it stands for the bank
// that was chosen. To any other bank there is no such request. The worker finds in
// the own access log who read it, a helper too.
func (a *App) ReadLoan(ctx context.Context, s Store, id string) (startup.LoanRequest, error) {
	l, err := s.PeekLoan(id)
	if err != nil {
		return l, err
	}
	p, err := auth.FromContext(ctx)
	if err != nil {
		return startup.LoanRequest{}, err
	}
	if p.Kind == auth.Partner {
		if p.Subject != l.BankCode || l.Withdrawn {
			return startup.LoanRequest{}, startup.ErrLoanUnknown
		}
	} else if err := p.MayActFor(l.Worker); err != nil {
		return l, auth.Hide(err, startup.ErrLoanUnknown)
	}
	if p.ActsHimself(l.Worker) {
		return l, nil
	}
	return l, s.LogRead(ctx, l)
}
