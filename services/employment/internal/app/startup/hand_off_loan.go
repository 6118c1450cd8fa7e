package startup

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/startup"
)

// HandOffLoan hands the worker's loan request to the bank that the worker
// chose, on a separate consent. The limits of EM-06 are checked; the worker is
// not judged, and no other bank learns of it.
func (a *App) HandOffLoan(ctx context.Context, s Store, l startup.LoanRequest) (string, error) {
	if _, err := auth.ActingFor(ctx, l.Worker); err != nil {
		return "", auth.Hide(err, startup.ErrLoanUnknown)
	}
	rules, err := a.rules(l.County)
	if err != nil {
		return "", err
	}
	l.ID = a.NewID()
	l, events, err := startup.HandOffLoan(l, rules, a.Clock.Now())
	if err != nil {
		return "", err
	}
	return l.ID, s.SaveLoan(ctx, l, events...)
}
