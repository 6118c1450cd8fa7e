package startup

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// LoanRequest is a request that a worker hands to one bank. Nothing about the
// worker is judged here.
type LoanRequest struct {
	ID            string
	Worker        string
	County        string
	BankCode      string
	AmountFen     int64
	Years         int
	NoticeVersion string // the notice that the separate consent is about
	Withdrawn     bool
	At            time.Time
	Version       int64
}

// HandOffLoan hands a request to the bank that the worker chose.
func HandOffLoan(l LoanRequest, r Rules, at time.Time) (LoanRequest, []domain.Event, error) {
	switch {
	case !slices.Contains(r.Banks, l.BankCode):
		return l, nil, ErrLoanBank
	case l.AmountFen <= 0 || l.AmountFen > r.LoanMaxFen:
		return l, nil, ErrLoanAmount
	case l.Years < 1 || l.Years > r.LoanYears:
		return l, nil, ErrLoanYears
	}
	notice, err := domain.Line(l.NoticeVersion, 1, 40, ErrLoanConsent)
	if err != nil {
		return l, nil, err
	}
	l.NoticeVersion, l.At = notice, at
	return l, []domain.Event{domain.LoanRequestHandedOff{RequestID: l.ID, BankCode: l.BankCode}}, nil
}

// Withdraw takes the request back: from then on the bank cannot read it.
func (l LoanRequest) Withdraw() (LoanRequest, []domain.Event, error) {
	if l.Withdrawn {
		return l, nil, ErrLoanState
	}
	l.Withdrawn = true
	return l, []domain.Event{domain.LoanRequestWithdrawn{RequestID: l.ID, BankCode: l.BankCode}}, nil
}
