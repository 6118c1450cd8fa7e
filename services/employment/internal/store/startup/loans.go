package startup

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/startup"
)

var loans = table.New(table.Spec[startup.LoanRequest]{
	Table: "loan_request",
	Columns: func(l *startup.LoanRequest) []table.Column {
		return []table.Column{
			table.Key("id", &l.ID), table.Fixed("worker", &l.Worker), table.Fixed("county", &l.County), table.Fixed("bank_code", &l.BankCode),
			table.Fixed("amount_fen", &l.AmountFen), table.Fixed("years", &l.Years), table.Fixed("notice_version", &l.NoticeVersion),
			table.Changing("withdrawn", &l.Withdrawn), table.Fixed("at", &l.At), table.Version(&l.Version),
		}
	},
	About: func(l *startup.LoanRequest) outbox.Subject {
		return outbox.Subject{Aggregate: l.ID, Worker: l.Worker, Division: l.County}
	},
	Unknown: startup.ErrLoanUnknown,
})

// Loan loads and locks a loan request.
func (t *inTx) Loan(id string) (startup.LoanRequest, error) { return loans.Load(t.tx, id) }

// PeekLoan reads a loan request.
func (t *inTx) PeekLoan(id string) (startup.LoanRequest, error) { return loans.Peek(t.tx, id) }

// PeekStandingLoans lists the worker's loan requests that were not taken back, newest first.
func (t *inTx) PeekStandingLoans(worker string) ([]startup.LoanRequest, error) {
	return loans.List(t.tx, `WHERE `+person.Whose("worker", 1)+` AND withdrawn = 0 ORDER BY at DESC, id DESC`, worker)
}

// LoansOf lists the worker's loan requests, newest first.
func (t *inTx) LoansOf(worker string) ([]startup.LoanRequest, error) {
	return loans.List(t.tx, `WHERE `+person.Whose("worker", 1)+` ORDER BY at DESC, id DESC`, worker)
}

// SaveLoan writes a loan request and its events.
func (t *inTx) SaveLoan(ctx context.Context, l startup.LoanRequest, events ...domain.Event) error {
	return loans.Save(ctx, t.outbox, t.tx, l, events...)
}

// LogRead tells the worker's access log who read a request.
func (t *inTx) LogRead(ctx context.Context, l startup.LoanRequest) error {
	return t.outbox.Read(ctx, t.tx, l.Worker, l.County, l.ID, "loan_request")
}
